using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Imports;

/// <summary>A safetensors file as a checkpoint: one set of tensors, without a name.</summary>
internal static class SafetensorsSets
{
    public static IReadOnlyList<TensorSet> Read(CheckpointSource source)
    {
        source.Stream.Position = 0;
        var entries = SafetensorsReader.ReadDirectory(source.Stream, source.Name, new Dictionary<string, string>());
        var tensors = entries.ToDictionary(
            entry => entry.Name,
            entry => StoredTensor.Whole(
                new StoredArray(entry.Name, entry.Type, entry.ElementCount) { Begin = entry.Begin }, entry.Shape),
            StringComparer.Ordinal);
        return tensors.Count > 0 ? [new("", tensors)] : [];
    }
}
