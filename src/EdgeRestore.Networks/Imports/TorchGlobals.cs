using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Imports;

/// <summary>The names that weights may ask for, and what takes the place of calling them.</summary>
internal sealed class TorchGlobals(CheckpointSource source, Func<string, ElementType, long, StoredArray> arrayOf)
{
    private const string OrderedDict = "collections.OrderedDict";
    private const string Size = "torch.Size";
    private const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    private const string RebuildParameter = "torch._utils._rebuild_parameter";

    private static readonly Dictionary<string, PickleGlobal> Allowed = new PickleGlobal[]
    {
        new(OrderedDict),
        new(Size),
        new(RebuildTensor),
        new(RebuildParameter),
        new("torch.FloatStorage", ElementType.Float),
        new("torch.DoubleStorage", ElementType.Double),
        new("torch.HalfStorage", ElementType.Float16),
        new("torch.BFloat16Storage", ElementType.BFloat16),
        new("torch.LongStorage", ElementType.Int64),
        new("torch.IntStorage", ElementType.Int32),
        new("torch.ShortStorage", ElementType.Int16),
        new("torch.CharStorage", ElementType.Int8),
        new("torch.ByteStorage", ElementType.UInt8),
        new("torch.BoolStorage", ElementType.Bool),
    }.ToDictionary(global => global.Name, StringComparer.Ordinal);

    public PickleGlobal Find(string module, string member, long position) =>
        Allowed.TryGetValue($"{module}.{member}", out var global) && !member.Contains('.', StringComparison.Ordinal)
            ? global
            : throw source.Unusable(
                $"its pickle asks for '{$"{module}.{member}".Shown()}' before byte {position}; allowed are "
                + $"{string.Join(", ", Allowed.Keys)}. Nothing of it was executed",
                CheckpointSource.SaveAgain);

    /// <summary>What Python would get by calling a global.</summary>
    public object? Call(object? callable, object? arguments)
    {
        if (callable is not PickleGlobal { Storage: null } global || arguments is not PickleTuple { Items: var items })
        {
            throw Invalid("calls what is not a function");
        }

        return global.Name switch
        {
            OrderedDict => Dictionary(items),
            Size when items is [PickleTuple sizes] => sizes,
            RebuildTensor when items is [StoredArray array, long offset, PickleTuple shape, PickleTuple strides, ..]
                && items.Length <= 7 => Tensor(array, offset, shape, strides),
            RebuildParameter when items is [StoredTensor tensor, ..] && items.Length <= 3 => tensor,
            _ => throw Invalid($"calls {global.Name} with other arguments than PyTorch"),
        };
    }

    /// <summary>The array that a persistent id stands for: ('storage', class, key, device, element count).</summary>
    public StoredArray Load(object? id) => id is PickleTuple
    {
        Items: ["storage", PickleGlobal { Storage: { } type }, string key, string, long count, .. var view]
    }
        && view is [] or [null]
        && count >= 0
        && count <= source.Length / type.SizeInBytes()
            ? arrayOf(key, type, count)
            : throw (id is PickleTuple { Items: ["module", ..] }
                ? source.Unusable("it holds a module with its code, not weights alone", CheckpointSource.SaveAgain)
                : Invalid("refers to an array in another way than PyTorch, or to one that is larger than the file"));

    // Python 2 filled it through its constructor.
    private PickleDictionary Dictionary(object?[] arguments)
    {
        var result = new PickleDictionary();
        if (arguments is [])
        {
            return result;
        }

        if (arguments is not [PickleList { Items: var pairs }])
        {
            throw Invalid($"calls {OrderedDict} with other arguments than Python");
        }

        foreach (var pair in pairs)
        {
            if (pair is not PickleList { Items: [var name, var value] })
            {
                throw Invalid($"calls {OrderedDict} with other pairs than Python");
            }

            Add(result, name, value);
        }

        // A list may be used once: again and again, it would cost more than the file has bytes.
        pairs.Clear();
        return result;
    }

    /// <summary>Puts an item into a dictionary.</summary>
    public void Add(PickleDictionary target, object? name, object? value)
    {
        var key = PickleDictionary.KeyOf(name) ?? throw Invalid("has a dictionary whose keys are not text or numbers");
        if (!target.TryAdd(key, value))
        {
            throw Invalid($"has '{key.Shown()}' twice in one dictionary");
        }
    }

    private StoredTensor Tensor(StoredArray array, long offset, PickleTuple shape, PickleTuple strides) =>
        StoredTensor.Create(array, offset, Numbers(shape), Numbers(strides), found => Invalid($"is wrong: {found}"));

    private long[] Numbers(PickleTuple tuple)
    {
        if (tuple.Items.Length > StoredTensor.MaxAxes)
        {
            throw Invalid($"has a tensor of {tuple.Items.Length} axes; allowed are {StoredTensor.MaxAxes}");
        }

        return [.. tuple.Items.Select(item => item is long number
            ? number
            : throw Invalid("has a tensor whose sizes are not integers"))];
    }

    private EdgeRestoreException Invalid(string found) =>
        source.Unusable($"its pickle {found}", CheckpointSource.Damaged);
}
