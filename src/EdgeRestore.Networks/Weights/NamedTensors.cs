using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace EdgeRestore.Networks.Weights;

/// <summary>Weights by name, in the order in which they were added, with free text metadata.</summary>
/// <remarks>On disk it is a safetensors file: data only, nothing in it is executed.</remarks>
public sealed class NamedTensors : IReadOnlyCollection<NamedTensor>
{
    private readonly List<NamedTensor> tensors = [];
    private readonly Dictionary<string, NamedTensor> byName = new(StringComparer.Ordinal);

    public int Count => tensors.Count;

    /// <summary>Free text that travels with the weights; written in the order of its keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public NamedTensor this[string name] => byName.TryGetValue(name, out var tensor)
        ? tensor
        : throw new EdgeRestoreException(
            $"The weights have no tensor '{name}'. There are {Count}: {FirstNames()}. "
            + "Weights and network configuration must come from the same training.");

    /// <summary>Reads a safetensors file.</summary>
    /// <exception cref="EdgeRestoreException">The file is not there, or not what it should be.</exception>
    public static NamedTensors Read(string path) => SafetensorsReader.Read(path);

    /// <summary>Reads safetensors from a stream that can seek.</summary>
    public static NamedTensors Read(Stream stream, string name) => SafetensorsReader.Read(stream, name);

    /// <summary>Writes a safetensors file next to its place and moves it there: a reader sees all or nothing.</summary>
    /// <param name="path">Replaced where it is there.</param>
    /// <param name="isBrief">Which tensors, by name, are rounded to bfloat16; none when not given.</param>
    public void Write(string path, Predicate<string>? isBrief = null)
    {
        var temporary = path + ".tmp";
        using (var stream = File.Create(temporary))
        {
            Write(stream, isBrief);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes safetensors; the same tensors give the same bytes.</summary>
    public void Write(Stream stream, Predicate<string>? isBrief = null) =>
        SafetensorsWriter.Write(this, stream, isBrief ?? (_ => false));

    public void Add(NamedTensor tensor)
    {
        if (!byName.TryAdd(tensor.Name, tensor))
        {
            throw new ArgumentException($"There is a tensor '{tensor.Name}' already.");
        }

        tensors.Add(tensor);
    }

    public bool TryGet(string name, [MaybeNullWhen(false)] out NamedTensor tensor) =>
        byName.TryGetValue(name, out tensor);

    public IEnumerator<NamedTensor> GetEnumerator() => tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string FirstNames() =>
        string.Join(", ", tensors.Take(3).Select(tensor => tensor.Name)) + (Count > 3 ? ", ..." : "");
}
