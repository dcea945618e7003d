using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Imports;

// A value of a pickle is null, bool, long, Int128, double or string, or one of these. Values may hold each other, and
// themselves, in any depth: nothing here walks them.

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A list.</summary>
internal sealed record PickleList(List<object?> Items)
{
    public PickleList()
        : this([])
    {
    }
}

/// <summary>A dictionary or OrderedDict.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<string, object?> items = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, object?> Items => items;

    /// <summary>False where the key is there already.</summary>
    public bool TryAdd(string key, object? value) => items.TryAdd(key, value);

    /// <summary>The key for a value: none for what weights are not named by.</summary>
    /// <remarks>
    /// Integers become text: theirs is the one hash here that could be chosen so that all of them collide.
    /// </remarks>
    public static string? KeyOf(object? value) => value switch
    {
        string text => text,
        long number => $"#{number}",
        _ => null,
    };
}

/// <summary>A name that a pickle may ask for, and what stands for it.</summary>
/// <param name="Name">As Python writes it, module and member.</param>
/// <param name="Storage">The element type of a storage class; none of other names.</param>
internal sealed record PickleGlobal(string Name, ElementType? Storage = null);
