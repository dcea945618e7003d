using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

public class ModuleList<T> : nn.Module, IList<T>
    where T : nn.Module
{
    private readonly List<T> _list = [];

    public ModuleList(params T[] modules)
        : base(nameof(ModuleList<T>)) => extend(modules);

    public int Count => _list.Count;

    public bool IsReadOnly => false;

    public T this[int index]
    {
        get => _list[index];
        set
        {
            _list[index] = value;
            Renumber();
        }
    }

    public void append(T module) => Add(module);

    public void append(params T[] parameters) => extend(parameters);

    public void extend(IEnumerable<T> modules) => extend([.. modules]);

    public void extend(T[] modules)
    {
        _list.AddRange(modules);
        Renumber();
    }

    public void Add(T item)
    {
        _list.Add(item);
        Renumber();
    }

    public void Insert(int index, T item)
    {
        _list.Insert(index, item);
        Renumber();
    }

    public bool Remove(T item)
    {
        var removed = _list.Remove(item);
        Renumber();
        return removed;
    }

    public void RemoveAt(int index)
    {
        _list.RemoveAt(index);
        Renumber();
    }

    public void Clear()
    {
        _list.Clear();
        Renumber();
    }

    public bool Contains(T item) => _list.Contains(item);

    public void CopyTo(T[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

    public int IndexOf(T item) => _list.IndexOf(item);

    public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected override void RegisterComponents()
    {
    }

    // Names are positions, so that they follow every change of the list.
    private void Renumber()
    {
        ClearModules();
        for (var i = 0; i < _list.Count; i++)
        {
            register_module(i.ToString(CultureInfo.InvariantCulture), _list[i]);
        }
    }
}

public class ModuleDict<T> : nn.Module, IDictionary<string, T>, IList<(string, T)>
    where T : nn.Module
{
    private readonly Utils.OrderedDict<string, T> _items = new();

    public ModuleDict(params (string, T)[] modules)
        : base(nameof(ModuleDict<T>))
    {
        foreach (var module in modules)
        {
            Add(module);
        }
    }

    public int Count => _items.Count;

    public bool IsReadOnly => false;

    public ICollection<string> Keys => _items.Keys;

    public ICollection<T> Values => _items.Values;

    public T this[string key]
    {
        get => _items[key];
        set
        {
            _internal_submodules.Remove(key);
            register_module(key, value);
            _items[key] = value;
        }
    }

    public (string, T) this[int index]
    {
        get => ((IList<(string, T)>)_items)[index];
        set => throw new NotSupportedException();
    }

    public IEnumerable<(string, T)> items() => _items;

    public IEnumerable<string> keys() => _items.Keys;

    public IEnumerable<T> values() => _items.Values;

    public T pop(string key)
    {
        var module = _items[key];
        Remove(key);
        return module;
    }

    public void update(IEnumerable<(string, T)> modules)
    {
        foreach (var (key, module) in modules)
        {
            this[key] = module;
        }
    }

    public void Add((string, T) item) => Add(item.Item1, item.Item2);

    public void Add(string key, T value)
    {
        register_module(key, value);
        _items.Add(key, value);
    }

    public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

    public bool Remove(string key)
    {
        _internal_submodules.Remove(key);
        return _items.Remove(key);
    }

    public bool Remove((string, T) item) => Contains(item) && Remove(item.Item1);

    public bool Remove(KeyValuePair<string, T> item) => Contains(item) && Remove(item.Key);

    public void RemoveAt(int index) => Remove(this[index].Item1);

    public void Insert(int index, (string, T) item)
    {
        register_module(item.Item1, item.Item2);
        _items.Insert(index, item);
    }

    public void clear() => Clear();

    public void Clear()
    {
        ClearModules();
        _items.Clear();
    }

    public bool ContainsKey(string key) => _items.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _items.TryGetValue(key, out value);

    public bool Contains((string, T) item) => _items.Contains(item);

    public bool Contains(KeyValuePair<string, T> item) => _items.Contains(item);

    public int IndexOf((string, T) item) => _items.IndexOf(item);

    public void CopyTo((string, T)[] array, int arrayIndex) => _items.CopyTo(array, arrayIndex);

    public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => _items.CopyTo(array, arrayIndex);

    public IEnumerator<(string, T)> GetEnumerator() => _items.GetEnumerator();

    IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, T>>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected override void RegisterComponents()
    {
    }
}
