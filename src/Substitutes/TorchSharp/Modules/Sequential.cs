using static TorchSharp.torch;

namespace TorchSharp.Modules;

public class Sequential : nn.Module<Tensor, Tensor>, IList<nn.Module<Tensor, Tensor>>
{
    private readonly List<nn.Module<Tensor, Tensor>> _modules = [];

    protected internal Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules)
        : base(nameof(Sequential))
    {
        foreach (var (name, module) in modules)
        {
            Add(name, module);
        }
    }

    protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules)
        : base(nameof(Sequential))
    {
        foreach (var module in modules)
        {
            Add(module);
        }
    }

    public int Count => _modules.Count;

    public bool IsReadOnly => false;

    public nn.Module<Tensor, Tensor> this[int index]
    {
        get => _modules[index];
        set => throw new NotSupportedException("Replacing a module of a Sequential is not supported; build a new one.");
    }

    public Sequential this[(int? start, int? end) index] =>
        new([.. _modules.Take(index.end ?? Count).Skip(index.start ?? 0)]);

    public Sequential this[Range index]
    {
        get
        {
            var (start, length) = index.GetOffsetAndLength(Count);
            return new([.. _modules.Skip(start).Take(length)]);
        }
    }

    public Sequential append(string name, nn.Module<Tensor, Tensor> module)
    {
        Add(name, module);
        return this;
    }

    public Sequential append(nn.Module<Tensor, Tensor> module)
    {
        Add(module);
        return this;
    }

    public void Add(string name, nn.Module<Tensor, Tensor> module)
    {
        register_module(name, module);
        _modules.Add(module);
    }

    public void Add(nn.Module<Tensor, Tensor> module) =>
        Add(_modules.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), module);

    // What comes out of each module is let go as soon as the next has used it.
    public override Tensor forward(Tensor tensor)
    {
        if (_modules.Count == 0)
        {
            return tensor.alias();
        }

        var current = _modules[0].call(tensor);
        foreach (var module in _modules.Skip(1))
        {
            var next = module.call(current);
            if (!ReferenceEquals(next, current) && !ReferenceEquals(current, tensor))
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }

    public int IndexOf(nn.Module<Tensor, Tensor> item) => _modules.IndexOf(item);

    public bool Contains(nn.Module<Tensor, Tensor> item) => _modules.Contains(item);

    public void CopyTo(nn.Module<Tensor, Tensor>[] array, int arrayIndex) => _modules.CopyTo(array, arrayIndex);

    public void Insert(int index, nn.Module<Tensor, Tensor> item) => throw new NotSupportedException();

    public void RemoveAt(int index) => throw new NotSupportedException();

    public bool Remove(nn.Module<Tensor, Tensor> item) => throw new NotSupportedException();

    public void Clear()
    {
        _modules.Clear();
        ClearModules();
    }

    public IEnumerator<nn.Module<Tensor, Tensor>> GetEnumerator() => _modules.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    // Modules are registered as they are added; fields hold nothing further.
    protected override void RegisterComponents()
    {
    }
}
