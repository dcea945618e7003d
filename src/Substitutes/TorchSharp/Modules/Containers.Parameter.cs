using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

public class ParameterList : nn.Module, IList<Parameter>
{
    private readonly List<Parameter> _list = [];

    public ParameterList(params Parameter[] parameters)
        : base(nameof(ParameterList))
    {
        _list.AddRange(parameters);
        Renumber();
    }

    public int Count => _list.Count;

    public bool IsReadOnly => false;

    public Parameter this[int index]
    {
        get => _list[index];
        set
        {
            _list[index] = value;
            Renumber();
        }
    }

    public void Add(Parameter item)
    {
        _list.Add(item);
        Renumber();
    }

    public void Insert(int index, Parameter item)
    {
        _list.Insert(index, item);
        Renumber();
    }

    public bool Remove(Parameter item)
    {
        var index = IndexOf(item);
        if (index >= 0)
        {
            RemoveAt(index);
        }

        return index >= 0;
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

    public bool Contains(Parameter item) => IndexOf(item) >= 0;

    public void CopyTo(Parameter[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

    // By identity: equality of tensors compares their values.
    public int IndexOf(Parameter item) => _list.FindIndex(parameter => ReferenceEquals(parameter, item));

    public IEnumerator<Parameter> GetEnumerator() => _list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected override void RegisterComponents()
    {
    }

    private void Renumber()
    {
        _internal_params.Clear();
        for (var i = 0; i < _list.Count; i++)
        {
            register_parameter(i.ToString(CultureInfo.InvariantCulture), _list[i]);
        }
    }
}

public class ParameterDict : nn.Module, IDictionary<string, Parameter>, IList<(string, Parameter)>
{
    public ParameterDict(params (string, Parameter)[] parameters)
        : base(nameof(ParameterDict))
    {
        foreach (var parameter in parameters)
        {
            Add(parameter);
        }
    }

    public int Count => _internal_params.Count;

    public bool IsReadOnly => false;

    public ICollection<string> Keys => _internal_params.Keys;

    public ICollection<Parameter> Values => _internal_params.Values;

    public Parameter this[string key]
    {
        get => _internal_params[key];
        set => _internal_params[key] = value;
    }

    public (string, Parameter) this[int index]
    {
        get => ((IList<(string, Parameter)>)_internal_params)[index];
        set => throw new NotSupportedException();
    }

    public IEnumerable<(string, Parameter)> items() => _internal_params;

    public IEnumerable<string> keys() => Keys;

    public IEnumerable<Parameter> values() => Values;

    public void Add((string, Parameter) item) => register_parameter(item.Item1, item.Item2);

    public void Add(string key, Parameter value) => register_parameter(key, value);

    public void Add(KeyValuePair<string, Parameter> item) => register_parameter(item.Key, item.Value);

    public bool Remove(string key) => _internal_params.Remove(key);

    public bool Remove((string, Parameter) item) => Remove(item.Item1);

    public bool Remove(KeyValuePair<string, Parameter> item) => Remove(item.Key);

    public void RemoveAt(int index) => _internal_params.RemoveAt(index);

    public void Insert(int index, (string, Parameter) item) => _internal_params.Insert(index, item);

    public void clear() => Clear();

    public void Clear() => _internal_params.Clear();

    public bool ContainsKey(string key) => _internal_params.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Parameter value) =>
        _internal_params.TryGetValue(key, out value);

    public bool Contains((string, Parameter) item) => IndexOf(item) >= 0;

    public bool Contains(KeyValuePair<string, Parameter> item) => Contains((item.Key, item.Value));

    public int IndexOf((string, Parameter) item) =>
        TryGetValue(item.Item1, out var found) && ReferenceEquals(found, item.Item2)
            ? Keys.ToList().IndexOf(item.Item1)
            : -1;

    public void CopyTo((string, Parameter)[] array, int arrayIndex) => _internal_params.CopyTo(array, arrayIndex);

    public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex) =>
        _internal_params.CopyTo(array, arrayIndex);

    public IEnumerator<(string, Parameter)> GetEnumerator() => _internal_params.GetEnumerator();

    IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, Parameter>>)_internal_params).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected override void RegisterComponents()
    {
    }
}
