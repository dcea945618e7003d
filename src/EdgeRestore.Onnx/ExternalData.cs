using System.Security.Cryptography;

namespace EdgeRestore.Onnx;

/// <summary>
/// Tensors outside the ONNX files, in one file beside them that several share. Equal contents stand in it once.
/// </summary>
/// <remarks>
/// The order of the calls decides the layout, so the same graphs written in the same order give the same bytes.
/// </remarks>
public sealed class ExternalData(string fileName, int minimumBytes = ExternalData.DefaultMinimumBytes)
{
    // A cache line, and what the widest vector loads want.
    internal const int Alignment = 64;

    // Shapes, axes and biases stay inside, where run times look for them while they load; weights go out.
    private const int DefaultMinimumBytes = 256;

    private readonly MemoryStream content = new();
    private readonly Dictionary<string, long> offsets = new(StringComparer.Ordinal);

    /// <summary>Name of the file, beside the ONNX files.</summary>
    public string FileName { get; } = Path.GetFileName(fileName) == fileName && fileName.Length > 0
        ? fileName
        : throw new ArgumentException($"'{fileName}' must be a file name without a folder.", nameof(fileName));

    public long LengthBytes => content.Length;

    /// <summary>Bytes of a tensor from which on it goes here.</summary>
    public int MinimumBytes { get; } = minimumBytes;

    public byte[] ToArray() => content.ToArray();

    /// <returns>Where the bytes stand.</returns>
    internal long Add(ReadOnlySpan<byte> bytes)
    {
        // The length keeps contents apart whose hashes collide only in theory, and costs nothing.
        var key = $"{bytes.Length}/{Convert.ToHexString(SHA256.HashData(bytes))}";
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
}
