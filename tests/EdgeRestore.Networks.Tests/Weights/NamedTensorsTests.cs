using System.Buffers.Binary;
using System.Text;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Weights;

public sealed class NamedTensorsTests
{
    [Fact]
    public void Write_ThenRead_GivesTheSameBack()
    {
        var tensors = new NamedTensors
        {
            new("b.weight", [2, 1, 2], [1.5f, -2, float.Epsilon, float.MaxValue]),
            new("a", [], [3]),
            new("empty", [0, 4], []),
        };
        tensors.Metadata["step"] = "12";
        tensors.Metadata["note"] = "naïve \"quotes\"";

        var read = Read(Bytes(tensors));

        Assert.Equal(tensors.Select(tensor => tensor.Name), read.Select(tensor => tensor.Name));
        Assert.All(tensors, tensor => Assert.Equal(tensor.Values, read[tensor.Name].Values));
        Assert.All(tensors, tensor => Assert.Equal(tensor.Shape, read[tensor.Name].Shape));
        Assert.Equal(tensors.Metadata, read.Metadata);
    }

    [Fact]
    public void Write_BriefTensors_AreRoundedToBFloat16AndOthersKept()
    {
        // 1 + 2^-8 lies between two values of bfloat16 and goes to the even one; 1 + 3 2^-8 goes up.
        float[] values = [1 + (1 / 256f), 1 + (3 / 256f), -0.1f, float.NaN, float.PositiveInfinity];
        var tensors = new NamedTensors { new NamedTensor("brief", [5], values), new NamedTensor("whole", [5], values) };
        using var stream = new MemoryStream();

        tensors.Write(stream, name => name == "brief");

        stream.Position = 0;
        var read = NamedTensors.Read(stream, "test");
        Assert.Equal([1f, 1 + (4 / 256f), -0.10009765625f, float.NaN, float.PositiveInfinity], read["brief"].Values);
        Assert.Equal(values, read["whole"].Values);
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytesAlignedToEight()
    {
        var tensors = new NamedTensors { new("x", [3], [1, 2, 3]) };
        var bytes = Bytes(tensors);

        Assert.Equal(bytes, Bytes(tensors));
        Assert.Equal(0ul, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
    }

    [Fact]
    public void Read_HalfPrecisions_AreWidened()
    {
        byte[] data = [.. BitConverter.GetBytes((Half)1.5f), 0x20, 0xC0, .. BitConverter.GetBytes(0.25)];
        var read = Read(File(
            """{"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"""
            + """ "b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},"""
            + """ "d":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}}""",
            data));

        Assert.Equal([1.5f], read["h"].Values);
        Assert.Equal([-2.5f], read["b"].Values);
        Assert.Equal([0.25f], read["d"].Values);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "cannot lie at bytes 0..4")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "the data end at 4")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "4 bytes behind the last tensor")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "lies at bytes 4..8, where 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "has shape (-1)")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "cannot lie at bytes -4..0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", 4, "cannot lie")]
    [InlineData("""{"x":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8, "is of type C64")]
    [InlineData("""{"x":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "header is not understood")]
    [InlineData("""{"x":7}""", 8, "header is not understood")]
    [InlineData("""[1]""", 8, "header is not understood")]
    [InlineData("{", 0, "header is not understood")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"""
        + """ "x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "names 'x' twice")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"""
        + """ "y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        4,
        "where 4 should follow")]
    public void Read_HeaderThatLies_SaysWhat(string header, int dataBytes, string expected)
    {
        var error = Assert.Throws<EdgeRestoreException>(() => Read(File(header, new byte[dataBytes])));

        Assert.StartsWith("'test' is not a valid safetensors file: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutAnywhere_FailsCleanly()
    {
        var bytes = Bytes(new NamedTensors { new("x", [3], [1, 2, 3]), new("y", [1], [4]) });

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<EdgeRestoreException>(() => Read(bytes[..length]));
        }
    }

    [Fact]
    public void Read_AnyByteChanged_GivesTensorsOrOurError()
    {
        var bytes = Bytes(new NamedTensors { new("x", [3], [1, 2, 3]), new("y", [1], [4]) });
        var random = new Random(1);

        // Hostile files must end in our exception or in tensors, never in another one or in a huge allocation.
        for (var round = 0; round < 3000; round++)
        {
            byte[] changed = [.. bytes];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            var error = Record.Exception(() => Read(changed));
            Assert.True(error is null or EdgeRestoreException, $"{error}");
        }
    }

    [Fact]
    public void Read_NoSuchFile_SaysSo()
    {
        var error = Assert.Throws<EdgeRestoreException>(() => NamedTensors.Read("/nowhere/weights.safetensors"));

        Assert.Equal("There is no weights file '/nowhere/weights.safetensors'.", error.Message);
    }

    [Fact]
    public void Item_UnknownName_SaysWhichAreThere()
    {
        var error = Assert.Throws<EdgeRestoreException>(() => new NamedTensors { new("x", [1], [1]) }["y"]);

        Assert.Contains("no tensor 'y'", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(NamedTensors tensors)
    {
        using var stream = new MemoryStream();
        tensors.Write(stream);
        return stream.ToArray();
    }

    private static NamedTensors Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return NamedTensors.Read(stream, "test");
    }

    private static byte[] File(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. data];
    }
}
