namespace EdgeRestore.Onnx.Tests;

public sealed class OnnxFileTests
{
    [Fact]
    public void ToBytes_Twice_GivesTheSameBytes()
    {
        Assert.Equal(TestGraphs.Everything().ToBytes(), TestGraphs.Everything().ToBytes());
        Assert.Equal(TestGraphs.Linear().ToBytes(), TestGraphs.Linear().ToBytes());
    }

    [Fact]
    public void Parse_WhatWasWritten_LosesNothing()
    {
        var bytes = TestGraphs.Everything().ToBytes();

        var read = OnnxFile.Parse(bytes, "test");

        Assert.Equal(bytes, read.ToBytes());
        var clip = read.Graph.Nodes[1];
        Assert.Equal(["chosen", "", "limit"], clip.Inputs.ToArray());
        Assert.Equal("naïve", Assert.IsType<StringAttribute>(clip.Attributes[1]).Value);
        Assert.Equal([3, 4], Assert.IsType<TensorAttribute>(clip.Attributes[6]).Value.ToInt64s());
        Assert.Equal("then", Assert.IsType<GraphAttribute>(read.Graph.Nodes[0].Attributes[0]).Value.Name);
        Assert.Equal("Float[n, 3, ?]", $"{read.Graph.Inputs[0].Type}");
        Assert.Equal([1, 2, 3, 4], read.Graph.Initializers[0].Data.ToArray());
        Assert.Equal(3, read.Opsets["com.example"]);
        Assert.Equal("v", read.Metadata["k"]);
    }

    [Fact]
    public void Parse_NotOnnx_SaysSo()
    {
        var error = Assert.Throws<OnnxException>(() => OnnxFile.Parse("not protobuf"u8, "some.txt"));

        Assert.StartsWith("'some.txt' is not an ONNX file: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CutAnywhere_FailsCleanly()
    {
        var bytes = TestGraphs.Everything().ToBytes();

        for (var length = 0; length < bytes.Length; length++)
        {
            // A cut between two fields leaves valid protobuf: then the graph is missing something, and that is said
            // too.
            var error = Record.Exception(() => OnnxFile.Parse(bytes.AsSpan(0, length), "test"));
            Assert.True(error is null or OnnxException, $"{error}");
        }
    }

    [Fact]
    public void Parse_AnyByteChanged_GivesAGraphOrOurError()
    {
        var bytes = TestGraphs.Everything().ToBytes();
        var random = new Random(1);
        for (var round = 0; round < 3000; round++)
        {
            byte[] changed = [.. bytes];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            var error = Record.Exception(() => OnnxFile.Parse(changed, "test"));
            Assert.True(error is null or OnnxException, $"{error}");
        }
    }

    [Fact]
    public void Read_NoSuchFile_SaysSo()
    {
        var error = Assert.Throws<OnnxException>(() => OnnxFile.Read("/nowhere/some.onnx"));

        Assert.StartsWith("ONNX file '/nowhere/some.onnx' cannot be read: ", error.Message, StringComparison.Ordinal);
    }
}
