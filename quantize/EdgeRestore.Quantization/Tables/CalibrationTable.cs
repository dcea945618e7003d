using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Tables;

/// <summary>
/// Ranges of one graph as TensorRT up to 10 takes them for graphs without Q/DQ, in both forms that ONNX Runtime's
/// provider reads. TensorRT 11 takes neither: there, and here otherwise, precision is in the graph.
/// </summary>
/// <remarks>
/// A range is one magnitude, max(|min|, |max|): TensorRT is symmetric. ONNX Runtime's own writer takes the larger end,
/// which makes [-5, 0.2] a range of 0.2 (https://github.com/microsoft/onnxruntime/pull/22166).
/// </remarks>
internal sealed class CalibrationTable
{
    // TensorRT's levels on each side of zero.
    private const float Levels = 127;

    private readonly SortedDictionary<string, float> _magnitudes = new(StringComparer.Ordinal);

    /// <param name="ranges">By tensor.</param>
    /// <exception cref="QuantizationException">A range is not finite.</exception>
    public CalibrationTable(IReadOnlyDictionary<string, TensorRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        foreach (var (name, range) in ranges)
        {
            var magnitude = Math.Max(Math.Abs(range.Min), Math.Abs(range.Max));
            if (!float.IsFinite(magnitude))
            {
                throw new QuantizationException(
                    $"The range of tensor '{name}' is {range.Min} to {range.Max}, allowed are finite values. Calibrate "
                    + "again without the frames that cause it.");
            }

            // Scale 1 for what is all zeros, as ONNX Runtime's scales have it; TensorRT refuses a range of nothing.
            _magnitudes[name] = magnitude > 0 ? magnitude : Levels;
        }
    }

    public IReadOnlyDictionary<string, float> Magnitudes => _magnitudes;

    /// <summary>
    /// ONNX Runtime's form: FlatBuffers, root table TrtTable { dict: [KeyValue { key, value }] }, all strings.
    /// </summary>
    /// <remarks>
    /// Schema: onnxruntime/core/providers/tensorrt or python/tools/quantization, CalTableFlatBuffers. Layout:
    /// https://flatbuffers.dev/internals/. Positions are from the file's start; offsets to tables, vectors and strings
    /// are unsigned and forward, a table's offset to its vtable is subtracted.
    /// </remarks>
    public byte[] ToFlatBuffers()
    {
        const int rootTable = 12;
        const int vector = rootTable + 8;
        var bytes = new MemoryStream();
        WriteUInt32(bytes, rootTable);

        // vtable of TrtTable: its own length, the table's, where dict is in it; padded to the table's alignment.
        WriteUInt16s(bytes, 6, 8, 4, 0);
        WriteUInt32(bytes, rootTable - 4);
        WriteUInt32(bytes, vector - (rootTable + 4));

        // The vector, the vtable of KeyValue that all share, then each table with its strings behind it.
        var entries = _magnitudes
            .Select(pair => (Key: Encoding.UTF8.GetBytes(pair.Key), Value: Encoding.UTF8.GetBytes(Text(pair.Value))))
            .ToList();
        var vtable = vector + 4 + (4 * entries.Count);
        var table = vtable + 8;
        WriteUInt32(bytes, entries.Count);
        for (var index = 0; index < entries.Count; index++)
        {
            WriteUInt32(bytes, table - (vector + 4 + (4 * index)));
            table += 12 + StringLength(entries[index].Key) + StringLength(entries[index].Value);
        }

        WriteUInt16s(bytes, 8, 12, 4, 8);
        foreach (var (key, value) in entries)
        {
            var start = (int)bytes.Position;
            WriteUInt32(bytes, start - vtable);
            WriteUInt32(bytes, start + 12 - (start + 4));
            WriteUInt32(bytes, start + 12 + StringLength(key) - (start + 8));
            WriteString(bytes, key);
            WriteString(bytes, value);
        }

        return bytes.ToArray();
    }

    /// <summary>
    /// TensorRT's own calibration cache: a line with its version, then tensors with the bits of their scale.
    /// </summary>
    /// <param name="tensorRtVersion">As in <c>NV_TENSORRT_VERSION</c>: 100300 for 10.3.0.</param>
    /// <param name="method">Names the calibrator.</param>
    /// <exception cref="QuantizationException">A name that the form cannot hold.</exception>
    public string ToNative(int tensorRtVersion, RangeMethod method)
    {
        var calibrator = method == RangeMethod.MinMax ? "MinMaxCalibration" : "EntropyCalibration2";
        var text = new StringBuilder(
            string.Create(CultureInfo.InvariantCulture, $"TRT-{tensorRtVersion}-{calibrator}\n"));
        foreach (var (name, magnitude) in _magnitudes)
        {
            if (name.AsSpan().IndexOfAny(':', '\n', '\r') >= 0)
            {
                throw new QuantizationException(
                    $"Tensor '{name}' cannot stand in TensorRT's table: found a colon or a line break in its name, at "
                    + $"which the reader cuts it. Use the flatbuffers form.");
            }

            var bits = BitConverter.SingleToUInt32Bits(magnitude / Levels);
            text.Append(name).Append(": ").Append(bits.ToString("x8", CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>As <c>NV_TENSORRT_VERSION</c> has it; null for text that is no version up to 10.</summary>
    public static int? ParseVersion(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
        return Version.TryParse(text, out var version) && version.Major is >= 7 and <= 10
            ? version.Major < 10
                ? (version.Major * 1000) + (version.Minor * 100) + Math.Max(0, version.Build)
                : (version.Major * 10_000) + (version.Minor * 100) + Math.Max(0, version.Build)
            : null;
    }

    // Nine digits give every float back.
    private static string Text(float value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private static int StringLength(byte[] text) => (4 + text.Length + 1 + 3) & ~3;

    private static void WriteString(MemoryStream bytes, byte[] text)
    {
        WriteUInt32(bytes, text.Length);
        bytes.Write(text);
        bytes.Write(new byte[StringLength(text) - 4 - text.Length]);
    }

    private static void WriteUInt32(MemoryStream bytes, int value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, checked((uint)value));
        bytes.Write(four);
    }

    private static void WriteUInt16s(MemoryStream bytes, params ReadOnlySpan<ushort> values)
    {
        Span<byte> two = stackalloc byte[2];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(two, value);
            bytes.Write(two);
        }
    }
}
