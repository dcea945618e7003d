using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Tables;

namespace EdgeRestore.Quantization.Tests.Tables;

public class CalibrationTableTests
{
    [Fact]
    public void ToFlatBuffers_TwoTensors_IsByteForByteWhatTheFormatSays()
    {
        // Written by hand from https://flatbuffers.dev/internals/: little-endian, 4-aligned.
        byte[] expected =
        [
            12, 0, 0, 0,                // root table at 12
            6, 0, 8, 0, 4, 0, 0, 0,     // 4: vtable of 6 bytes, table of 8, dict at 4; padding
            8, 0, 0, 0, 4, 0, 0, 0,     // 12: vtable is 8 before; dict is 4 behind 16
            2, 0, 0, 0,                 // 20: two entries
            16, 0, 0, 0, 40, 0, 0, 0,   // 24, 28: at 40 and at 68
            8, 0, 12, 0, 4, 0, 8, 0,    // 32: vtable of 8 bytes, table of 12, key at 4, value at 8
            8, 0, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0,                        // 40: vtable 8 before, key at 52, value at 60
            1, 0, 0, 0, (byte)'a', 0, 0, 0,                             // 52
            1, 0, 0, 0, (byte)'5', 0, 0, 0,                             // 60
            36, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0, 0,                       // 68: vtable 36 before, key at 80, value at 92
            4, 0, 0, 0, (byte)'b', (byte)'c', (byte)'d', (byte)'e', 0, 0, 0, 0,    // 80: a full word, a zero more
            3, 0, 0, 0, (byte)'0', (byte)'.', (byte)'5', 0,             // 92
        ];

        var bytes = new CalibrationTable(new Dictionary<string, TensorRange>
        {
            ["bcde"] = new(-0.25f, 0.5f),
            ["a"] = new(-5, 0.2f),
        }).ToFlatBuffers();

        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void ToFlatBuffers_ManyTensors_AreReadBackByAReaderOfTheFormat()
    {
        var random = new Random(5);
        var ranges = Enumerable.Range(0, 300).ToDictionary(
            index => $"/block.{index}/Conv_output_0{new string('x', index % 7)}ß",
            _ => new TensorRange(-random.NextSingle() * 9, random.NextSingle() * MathF.Pow(10, random.Next(-20, 20))));

        var read = ReadTable(new CalibrationTable(ranges).ToFlatBuffers());

        Assert.Equal(ranges.Keys.Order(StringComparer.Ordinal), read.Select(pair => pair.Key));
        Assert.All(read, pair => Assert.Equal(
            Math.Max(-ranges[pair.Key].Min, ranges[pair.Key].Max),
            float.Parse(pair.Value, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void ToNative_Tensors_AreTheBitsOfTheirScale()
    {
        var text = new CalibrationTable(new Dictionary<string, TensorRange>
        {
            ["two"] = new(-254, 3),
            ["one"] = new(0, 127),
            ["half"] = new(-1, 63.5f),
        }).ToNative(100300, RangeMethod.Entropy);

        // IEEE 754: 0.5, 1 and 2.
        Assert.Equal("TRT-100300-EntropyCalibration2\nhalf: 3f000000\none: 3f800000\ntwo: 40000000\n", text);
    }

    [Fact]
    public void Tables_WhereNumbersHaveCommas_AreTheSame()
    {
        var table = new CalibrationTable(new Dictionary<string, TensorRange> { ["t"] = new(-1.5f, 0.25f) });
        var (bytes, text) = (table.ToFlatBuffers(), table.ToNative(8502, RangeMethod.MinMax));
        var before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = german;
        try
        {
            Assert.Equal("1,5", 1.5f.ToString(CultureInfo.CurrentCulture));
            Assert.Equal(bytes, table.ToFlatBuffers());
            Assert.Equal(text, table.ToNative(8502, RangeMethod.MinMax));
            Assert.StartsWith("TRT-8502-MinMaxCalibration\n", text, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Table_OfZeros_HasScaleOne() => Assert.Equal(
        "TRT-100300-MinMaxCalibration\nzero: 3f800000\n",
        new CalibrationTable(new Dictionary<string, TensorRange> { ["zero"] = new(0, 0) })
            .ToNative(100300, RangeMethod.MinMax));

    [Theory]
    [InlineData(float.NaN, 1)]
    [InlineData(0, float.PositiveInfinity)]
    public void Table_RangeThatIsNotFinite_IsRefusedByName(float min, float max)
    {
        var exception = Assert.Throws<QuantizationException>(
            () => new CalibrationTable(new Dictionary<string, TensorRange> { ["gate"] = new(min, max) }));

        Assert.Contains("'gate'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToNative_NameWithAColon_IsRefused()
    {
        var table = new CalibrationTable(new Dictionary<string, TensorRange> { ["a:0"] = new(0, 1) });

        var exception = Assert.Throws<QuantizationException>(() => table.ToNative(8502, RangeMethod.MinMax));
        Assert.Contains("'a:0'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(["a:0"], ReadTable(table.ToFlatBuffers()).Select(pair => pair.Key));
    }

    [Theory]
    [InlineData("10.3.0", 100300)]
    [InlineData("10.13.3", 101303)]
    [InlineData("8.5.2", 8502)]
    [InlineData("10", 100000)]
    [InlineData("11.0", null)]
    [InlineData("ten", null)]
    public void ParseVersion_Text_IsTensorRtsNumber(string text, int? expected) =>
        Assert.Equal(expected, CalibrationTable.ParseVersion(text));

    /// <summary>
    /// A reader of the format that knows nothing of the writer's layout: every offset is followed and checked.
    /// </summary>
    private static List<KeyValuePair<string, string>> ReadTable(byte[] bytes)
    {
        int At(int position)
        {
            Assert.Equal(0, position % 4);
            return BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(position));
        }

        int Field(int table, int index)
        {
            var vtable = table - At(table);
            Assert.InRange(vtable, 0, bytes.Length - 4);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(vtable));
            Assert.True(4 + (2 * index) < size, "The field is in the vtable.");
            var offset = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(vtable + 4 + (2 * index)));
            Assert.InRange(offset, 4, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(vtable + 2)) - 4);
            return table + offset + At(table + offset);
        }

        string Text(int position)
        {
            var length = At(position);
            Assert.Equal(0, bytes[position + 4 + length]);
            return Encoding.UTF8.GetString(bytes, position + 4, length);
        }

        var vector = Field(At(0), 0);
        return
        [
            .. Enumerable.Range(0, At(vector)).Select(index =>
            {
                var entry = vector + 4 + (4 * index);
                var table = entry + At(entry);
                return KeyValuePair.Create(Text(Field(table, 0)), Text(Field(table, 1)));
            }),
        ];
    }
}
