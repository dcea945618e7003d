using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRestore.Training.Checkpoints;

/// <summary>Reads and writes the safetensors format: eight bytes of length, a JSON header, then raw little-endian data.</summary>
/// <remarks>https://github.com/huggingface/safetensors#format. float32 and bfloat16 are known; both are read as float32.</remarks>
internal sealed class SafeTensors
{
    private const int HeaderLengthMax = 16 << 20;

    private readonly Dictionary<string, (long[] Shape, float[] Values)> _tensors = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _tensors.Keys;

    public void Add(string name, long[] shape, float[] values) => _tensors.Add(name, (shape, values));

    public bool Contains(string name) => _tensors.ContainsKey(name);

    public long[] ShapeOf(string name) => _tensors[name].Shape;

    public float[] ValuesOf(string name) => _tensors[name].Values;

    /// <param name="stream">Written from its position on.</param>
    /// <param name="isBrief">Which tensors are rounded to bfloat16.</param>
    public void Write(Stream stream, Func<string, bool> isBrief)
    {
        var header = new JsonObject();
        var metadata = new JsonObject();
        foreach (var (key, value) in Metadata)
        {
            metadata.Add(key, value);
        }

        header.Add("__metadata__", metadata);
        var offset = 0L;
        foreach (var (name, (shape, values)) in _tensors)
        {
            var length = (long)values.Length * (isBrief(name) ? 2 : 4);
            header.Add(name, new JsonObject
            {
                ["dtype"] = isBrief(name) ? "BF16" : "F32",
                ["shape"] = new JsonArray([.. shape.Select(side => (JsonNode)side)]),
                ["data_offsets"] = new JsonArray(offset, offset + length),
            });
            offset += length;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padding = (8 - (json.Length % 8)) % 8;
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length + padding);
        stream.Write(prefix);
        stream.Write(json);
        stream.Write("        "u8[..padding]);
        foreach (var (name, (_, values)) in _tensors)
        {
            stream.Write(isBrief(name) ? ToBFloat16(values) : MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    public static SafeTensors Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            return Parse(bytes);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException
            or ArgumentOutOfRangeException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new EdgeRestoreException(
                $"'{path}' ({bytes.Length} bytes) is not a safetensors file that can be read: {exception.Message} "
                + "Use a file that the trainer wrote, or one with F32 and BF16 tensors only.", exception);
        }
    }

    private static SafeTensors Parse(byte[] bytes)
    {
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(0, 8));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(headerLength, HeaderLengthMax);
        var data = bytes.AsSpan(checked(8 + (int)headerLength));
        using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)headerLength));
        var result = new SafeTensors();
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                foreach (var item in entry.Value.EnumerateObject())
                {
                    result.Metadata.Add(item.Name, item.Value.GetString() ?? "");
                }

                continue;
            }

            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64()).ToArray();
            var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64()).ToArray();
            var slice = data[checked((int)offsets[0])..checked((int)offsets[1])];
            var type = entry.Value.GetProperty("dtype").GetString();
            var values = type switch
            {
                "F32" => MemoryMarshal.Cast<byte, float>(slice).ToArray(),
                "BF16" => FromBFloat16(slice),
                _ => throw new FormatException($"Tensor '{entry.Name}' has dtype {type}."),
            };
            if (values.Length != shape.Aggregate(1L, (product, side) => product * side))
            {
                throw new FormatException($"Tensor '{entry.Name}' has {values.Length} values for its shape.");
            }

            result.Add(entry.Name, shape, values);
        }

        return result;
    }

    private static byte[] ToBFloat16(float[] values)
    {
        var bytes = new byte[values.Length * 2];
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
        for (var index = 0; index < values.Length; index++)
        {
            // Round to nearest, ties to even. Checkpoints hold finite values only.
            var bits = BitConverter.SingleToUInt32Bits(values[index]);
            halves[index] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }

        return bytes;
    }

    private static float[] FromBFloat16(ReadOnlySpan<byte> bytes)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        var values = new float[halves.Length];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = BitConverter.UInt32BitsToSingle((uint)halves[index] << 16);
        }

        return values;
    }
}
