using System.Buffers.Binary;
using System.Text.Json;
using EdgeRestore.Networks.Imports;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Weights;

/// <summary>
/// Reads safetensors as data, believing nothing: every length is checked against the file before it is used.
/// </summary>
/// <remarks>
/// All types that a network's weights have are read, to float32. The arrays must fill the file without gap or overlap.
/// </remarks>
internal static class SafetensorsReader
{
    // The format allows 100 MB (safetensors/src/tensor.rs, MAX_HEADER_SIZE); parsed, that is far more memory than the
    // names of any network take: SymUNet's 22 M parameters have a header of 60 kB.
    private const long MaxHeaderBytes = 16 << 20;
    private const int MaxAxes = 8;

    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["F32"] = ElementType.Float,
        ["F16"] = ElementType.Float16,
        ["BF16"] = ElementType.BFloat16,
        ["F64"] = ElementType.Double,
        ["I64"] = ElementType.Int64,
        ["I32"] = ElementType.Int32,
        ["I16"] = ElementType.Int16,
        ["I8"] = ElementType.Int8,
        ["U8"] = ElementType.UInt8,
        ["BOOL"] = ElementType.Bool,
    };

    public static NamedTensors Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream, path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EdgeRestoreException($"There is no weights file '{path}'.", error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new EdgeRestoreException($"Weights file '{path}' cannot be read: {error.Message}", error);
        }
    }

    public static NamedTensors Read(Stream stream, string name)
    {
        var result = new NamedTensors();
        var entries = ReadDirectory(stream, name, result.Metadata);
        var source = new CheckpointSource(stream, name);
        foreach (var entry in entries)
        {
            var array = new StoredArray(entry.Name, entry.Type, entry.ElementCount) { Begin = entry.Begin };
            var values = new float[entry.ElementCount];
            array.Read(source, 0, values);
            result.Add(new(entry.Name, entry.Shape, values));
        }

        return result;
    }

    /// <summary>What the file says it holds, checked against its length, in the order of the bytes.</summary>
    /// <param name="stream">Begins with the file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="metadata">Takes the free text.</param>
    public static List<SafetensorsEntry> ReadDirectory(Stream stream, string name, IDictionary<string, string> metadata)
    {
        var reader = new Source(stream, name);
        Span<byte> prefix = stackalloc byte[8];
        reader.Fill(prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaxHeaderBytes || (long)headerLength > stream.Length - 8)
        {
            throw reader.Invalid(
                $"its header claims {headerLength} bytes, the file has {stream.Length - 8} behind the length "
                + $"(limit {MaxHeaderBytes})");
        }

        var header = new byte[headerLength];
        reader.Fill(header);
        var dataBegin = 8 + header.Length;
        var dataLength = stream.Length - dataBegin;
        var entries = ReadHeader(reader, header, metadata);
        entries.Sort((a, b) => (a.Begin, a.LengthBytes).CompareTo((b.Begin, b.LengthBytes)));
        long position = 0;
        foreach (var entry in entries)
        {
            var end = entry.Begin + entry.LengthBytes;
            if (entry.Begin != position || end > dataLength)
            {
                throw reader.Invalid(
                    $"tensor '{entry.Name.Shown()}' lies at bytes {entry.Begin}..{end}, where {position} "
                    + $"should follow and the data end at {dataLength}");
            }

            position = end;
        }

        return position == dataLength
            ? [.. entries.Select(entry => entry with { Begin = entry.Begin + dataBegin })]
            : throw reader.Invalid($"{dataLength - position} bytes behind the last tensor belong to none");
    }

    private static List<SafetensorsEntry> ReadHeader(
        Source reader, byte[] header, IDictionary<string, string> metadata)
    {
        try
        {
            using var document = JsonDocument.Parse(header, new() { MaxDepth = 4 });
            var names = new HashSet<string>(StringComparer.Ordinal);
            List<SafetensorsEntry> entries = [];
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    throw reader.Invalid($"it names '{property.Name}' twice");
                }

                if (property.Name != "__metadata__")
                {
                    entries.Add(ReadEntry(reader, property));
                    continue;
                }

                foreach (var item in property.Value.EnumerateObject())
                {
                    metadata[item.Name] = item.Value.GetString() ?? "";
                }
            }

            return entries;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException
            or KeyNotFoundException)
        {
            throw reader.Invalid($"its header is not understood ({error.Message})", error);
        }
    }

    private static SafetensorsEntry ReadEntry(Source reader, JsonProperty property)
    {
        var name = property.Name.Shown();
        var typeName = property.Value.GetProperty("dtype").GetString() ?? "";
        if (!Types.TryGetValue(typeName, out var type))
        {
            throw reader.Invalid(
                $"tensor '{name}' is of type {typeName.Shown()}; {string.Join(", ", Types.Keys)} are read");
        }

        long[] shape =
            [.. property.Value.GetProperty("shape").EnumerateArray().Take(MaxAxes + 1).Select(item => item.GetInt64())];
        long[] offsets =
            [.. property.Value.GetProperty("data_offsets").EnumerateArray().Take(3).Select(item => item.GetInt64())];
        if (shape.Length > MaxAxes || shape.Any(length => length < 0) || offsets.Length != 2)
        {
            throw reader.Invalid($"tensor '{name}' has shape ({string.Join(", ", shape)})");
        }

        if (ElementCount(shape) is not { } count || offsets[0] < 0 || offsets[1] < offsets[0]
            || offsets[1] - offsets[0] != count * type.SizeInBytes())
        {
            throw reader.Invalid(
                $"tensor '{name}' of shape ({string.Join(", ", shape)}) and type {typeName} "
                + $"cannot lie at bytes {offsets[0]}..{offsets[1]}");
        }

        return new(property.Name, type, shape, count, offsets[0]);
    }

    // None for more than an array can hold; the product itself must not wrap around.
    private static long? ElementCount(long[] shape)
    {
        if (shape.Contains(0))
        {
            return 0;
        }

        long count = 1;
        foreach (var length in shape)
        {
            if (length > Array.MaxLength / count)
            {
                return null;
            }

            count *= length;
        }

        return count;
    }

    private sealed class Source(Stream stream, string name)
    {
        public void Fill(Span<byte> bytes)
        {
            try
            {
                stream.ReadExactly(bytes);
            }
            catch (EndOfStreamException error)
            {
                throw Invalid($"it ends after {stream.Length} bytes", error);
            }
        }

        public EdgeRestoreException Invalid(string found, Exception? cause = null) => new(
            $"'{name}' is not a valid safetensors file: {found}. Copy or export it again.", cause!);
    }
}

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Begin">Byte of the file, once the header is read to its end.</param>
internal sealed record SafetensorsEntry(string Name, ElementType Type, long[] Shape, long ElementCount, long Begin)
{
    public long LengthBytes => ElementCount * Type.SizeInBytes();
}
