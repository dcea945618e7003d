using System.Security.Cryptography;

namespace EdgeRestore.Onnx;

/// <summary>
/// Tensors outside the ONNX files, in one file beside them that several share. Equal contents stand in it once, and not
/// at all where another file has them already.
/// </summary>
/// <remarks>
/// The order of the calls decides the layout, so the same graphs written in the same order give the same bytes.
/// </remarks>
public sealed class ExternalData(
    string fileName, int minimumBytes = ExternalData.DefaultMinimumBytes, ExternalData? existing = null)
{
    // A cache line, and what the widest vector loads want.
    internal const int Alignment = 64;

    // Shapes, axes and biases stay inside, where run times look for them while they load; weights go out.
    private const int DefaultMinimumBytes = 256;

    // Longer ones go out in any case, so that graphs stay quick to parse.
    private const int SingleBytes = 1024;

    private readonly MemoryStream content = new();
    private readonly Dictionary<string, long> offsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> expected = new(StringComparer.Ordinal);

    /// <summary>Name of the file, beside the ONNX files.</summary>
    public string FileName { get; } = Path.GetFileName(fileName) == fileName && fileName.Length > 0
        ? fileName
        : throw new ArgumentException($"'{fileName}' must be a file name without a folder.", nameof(fileName));

    public long LengthBytes => content.Length;

    /// <summary>Bytes of a tensor from which on it goes here.</summary>
    public int MinimumBytes { get; } = minimumBytes;

    public byte[] ToArray() => content.ToArray();

    /// <summary>A file that is there already, as the given tensors lie in it; nothing is added to it.</summary>
    /// <param name="fileName">Its name; tensors from elsewhere are left out.</param>
    /// <param name="tensors">As they were read.</param>
    public static ExternalData Existing(string fileName, IEnumerable<Initializer> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var result = new ExternalData(fileName);
        foreach (var tensor in tensors)
        {
            if (tensor.Place is { } place && place.FileName == fileName)
            {
                result.offsets.TryAdd(KeyOf(tensor.Data.Span), place.Offset);
            }
        }

        return result;
    }

    /// <summary>
    /// Announces a graph that will be written. Once all are, short tensors that only one of them has stay inside of it:
    /// an entry for a tensor outside takes about 65 bytes.
    /// </summary>
    public void Expect(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        foreach (var key
            in graph.Initializers.Select(tensor => KeyOf(tensor.Data.Span)).Distinct(StringComparer.Ordinal))
        {
            expected[key] = expected.GetValueOrDefault(key) + 1;
        }
    }

    /// <summary>Whether these bytes stand here already.</summary>
    internal bool Has(ReadOnlySpan<byte> bytes) => offsets.ContainsKey(KeyOf(bytes));

    /// <summary>Whether a tensor of these bytes goes here.</summary>
    internal bool Takes(ReadOnlySpan<byte> bytes) => bytes.Length >= MinimumBytes
        && (bytes.Length >= SingleBytes || expected.Count == 0 || expected.GetValueOrDefault(KeyOf(bytes)) != 1
            || existing?.Has(bytes) == true);

    /// <summary>Finds where bytes stand, or adds them.</summary>
    internal (string FileName, long Offset) Place(ReadOnlySpan<byte> bytes) =>
        existing is not null && existing.offsets.TryGetValue(KeyOf(bytes), out var offset)
            ? (existing.FileName, offset)
            : (FileName, Add(bytes));

    /// <returns>Where the bytes stand.</returns>
    internal long Add(ReadOnlySpan<byte> bytes)
    {
        var key = KeyOf(bytes);
        if (offsets.TryGetValue(key, out var offset))
        {
            return offset;
        }

        while (content.Length % Alignment != 0)
        {
            content.WriteByte(0);
        }

        offset = content.Length;
        content.Write(bytes);
        offsets.Add(key, offset);
        return offset;
    }

    // The length keeps contents apart whose hashes collide only in theory, and costs nothing.
    private static string KeyOf(ReadOnlySpan<byte> bytes) =>
        $"{bytes.Length}/{Convert.ToHexString(SHA256.HashData(bytes))}";
}
