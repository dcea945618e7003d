namespace EdgeRestore.Networks.Imports;

/// <summary>Tensors by name, as one dictionary of a checkpoint holds them.</summary>
public sealed class TensorSet
{
    internal TensorSet(string name, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        Name = name;
        Tensors = tensors;
    }

    /// <summary>The keys that lead to it, with dots between; empty for the file's outermost dictionary.</summary>
    public string Name { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }
}
