using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EdgeRestore.Networks.Weights;

/// <summary>
/// Reads safetensors as data, believing nothing: every length is checked against the file before it is used.
/// </summary>
/// <remarks>
/// F32, F16, BF16 and F64 are read, all to float32. The arrays must fill the file without gap or overlap.
/// </remarks>
internal static class SafetensorsReader
{
    // The limit of the format's own implementation (safetensors/src/tensor.rs, MAX_HEADER_SIZE).
    private const long MaxHeaderBytes = 100_000_000;
    private const int MaxAxes = 8;

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
        var dataLength = stream.Length - 8 - header.Length;
        var result = new NamedTensors();
        var entries = ReadHeader(reader, header, result);
        entries.Sort((a, b) => a.Begin.CompareTo(b.Begin));
        long position = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != position || entry.End < entry.Begin || entry.End > dataLength)
            {
                throw reader.Invalid(
                    $"tensor '{entry.Name}' lies at bytes {entry.Begin}..{entry.End}, where {position} should follow "
                    + $"and the data end at {dataLength}");
            }

            result.Add(new(entry.Name, entry.Shape, ReadValues(reader, entry)));
            position = entry.End;
        }

        return position == dataLength
            ? result
            : throw reader.Invalid($"{dataLength - position} bytes behind the last tensor belong to none");
    }

    private static List<Entry> ReadHeader(Source reader, byte[] header, NamedTensors result)
    {
        try
        {
            using var document = JsonDocument.Parse(header, new() { MaxDepth = 4 });
            var names = new HashSet<string>(StringComparer.Ordinal);
            List<Entry> entries = [];
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
                    result.Metadata[item.Name] = item.Value.GetString() ?? "";
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

    private static Entry ReadEntry(Source reader, JsonProperty property)
    {
        var type = property.Value.GetProperty("dtype").GetString() ?? "";
        var size = type switch
        {
            "F32" => 4,
            "F16" or "BF16" => 2,
            "F64" => 8,
            _ => throw reader.Invalid($"tensor '{property.Name}' is of type {type}; F32, F16, BF16 and F64 are read"),
        };
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64())];
        long[] offsets =
            [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(item => item.GetInt64())];
        if (shape.Length > MaxAxes || shape.Any(length => length < 0) || offsets.Length != 2)
        {
            throw reader.Invalid($"tensor '{property.Name}' has shape ({string.Join(", ", shape)})");
        }

        if (ElementCount(shape) is not { } count
            || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] - offsets[0] != count * size)
        {
            throw reader.Invalid(
                $"tensor '{property.Name}' of shape ({string.Join(", ", shape)}) and type {type} "
                + $"cannot lie at bytes {offsets[0]}..{offsets[1]}");
        }

        return new(property.Name, shape, size, type, offsets[0], offsets[1]);
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

    private static float[] ReadValues(Source reader, Entry entry)
    {
        var values = new float[(entry.End - entry.Begin) / entry.Size];
        if (entry.Type == "F32")
        {
            reader.Fill(MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        var buffer = new byte[entry.End - entry.Begin];
        reader.Fill(buffer);
        for (var index = 0; index < values.Length; index++)
        {
            var bytes = buffer.AsSpan(index * entry.Size);
            values[index] = entry.Type switch
            {
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
                "BF16" => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            };
        }

        return values;
    }

    private sealed record Entry(string Name, long[] Shape, int Size, string Type, long Begin, long End);

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
