using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EdgeRestore.Networks.Weights;

/// <summary>
/// https://github.com/huggingface/safetensors#format: length, JSON header, then the arrays, little-endian.
/// </summary>
internal static class SafetensorsWriter
{
    /// <param name="tensors">In the order in which they are written.</param>
    /// <param name="stream">Written from its position on.</param>
    /// <param name="isBrief">Which tensors, by name, are rounded to bfloat16.</param>
    public static void Write(NamedTensors tensors, Stream stream, Predicate<string> isBrief)
    {
        var header = Header(tensors, isBrief);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in tensors)
        {
            // All platforms of .NET 10 that run this are little-endian, and so is the format.
            stream.Write(isBrief(tensor.Name)
                ? MemoryMarshal.AsBytes(ToBFloat16(tensor.Values).AsSpan())
                : MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        }
    }

    // To nearest, ties to even; what is not finite keeps its kind.
    private static ushort[] ToBFloat16(float[] values) => Array.ConvertAll(values, value =>
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsFinite(value)
            ? (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)
            : (ushort)((bits >> 16) | (float.IsNaN(value) ? 1u : 0u));
    });

    private static byte[] Header(NamedTensors tensors, Predicate<string> isBrief)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (tensors.Metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in tensors.Metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", isBrief(tensor.Name) ? "BF16" : "F32");
                WriteArray(json, "shape", tensor.Shape);
                var size = isBrief(tensor.Name) ? sizeof(ushort) : sizeof(float);
                WriteArray(json, "data_offsets", [offset, offset += size * tensor.Values.LongLength]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8 keep the arrays aligned in a mapped file, as the format's own writer does.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, long[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
