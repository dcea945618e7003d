using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Onnx.Tests;

public sealed class ExternalDataTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("edgerestore-onnx-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void ToBytes_SameContentInSeveralFiles_StandsOnceAndAligned()
    {
        var data = new ExternalData("weights.bin");
        TestGraphs.Linear("one").ToBytes(data);
        Assert.Equal(512, data.LengthBytes);
        TestGraphs.Linear("another name").ToBytes(data);
        Assert.Equal(512, data.LengthBytes);

        TestGraphs.Linear("three", weight: 7).ToBytes(data);
        Assert.Equal(1024, data.LengthBytes);
        Assert.Equal(0, data.Add(TestGraphs.Linear().Graph.Initializers[0].Data.Span));
        Assert.Equal(1024, data.Add(new byte[300]));
        Assert.Equal(1344, data.Add(new byte[301]));
    }

    [Fact]
    public void ToBytes_ContentThatAnotherFileHas_IsReadFromThere()
    {
        var written = WriteLinear();
        var tensors = OnnxFile.Read(written).Graph.Initializers;
        var data = new ExternalData("more.bin", existing: ExternalData.Existing("weights.bin", tensors));
        var path = Path.Combine(folder, "second.onnx");

        File.WriteAllBytes(path, TestGraphs.Linear("second").ToBytes(data));
        Assert.Equal(0, data.LengthBytes);
        Assert.Equal(tensors[0].ToFloats(), OnnxFile.Read(path).Graph.Initializers[0].ToFloats());
        Assert.Equal(("weights.bin", 0L), OnnxFile.Read(path).Graph.Initializers[0].Place);

        TestGraphs.Linear("third", weight: 7).ToBytes(data);
        Assert.Equal(512, data.LengthBytes);
    }

    [Fact]
    public void Read_TensorsInAnotherFile_GivesThemBack()
    {
        var path = WriteLinear();

        Assert.True(new FileInfo(path).Length < 512);
        Assert.Equal(
            TestGraphs.Linear().Graph.Initializers[0].ToFloats(), OnnxFile.Read(path).Graph.Initializers[0].ToFloats());
    }

    [Fact]
    public void Run_TensorsInAnotherFile_GivesWhatOneFileGives()
    {
        using var shared = new InferenceSession(WriteLinear());
        using var single = new InferenceSession(TestGraphs.Linear().ToBytes());

        Assert.Equal(Run(single), Run(shared));
        Assert.Equal(1 + 0.5f * 1 + 1.5f * 2 + 2.5f * 3 + 3.5f * 4, Run(single)[0], 1e-5f);
    }

    [Theory]
    [InlineData("weights.bin", "../weights", "which is not a file beside the ONNX file")]
    [InlineData("weights.bin", "/etc/passwd", "which is not a file beside the ONNX file")]
    [InlineData("512", "999", "claims bytes 0..999 of 'weights.bin', which has 512")]
    [InlineData("512", "-12", "has the length '-12', which is not a count of bytes")]
    public void Read_ReferenceThatLies_SaysWhat(string found, string replacement, string expected)
    {
        // Strings of equal length keep the protobuf framing.
        var path = WriteLinear();
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path));
        File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes(
            text.Replace(found, replacement.PadRight(found.Length), StringComparison.Ordinal)));

        var error = Assert.Throws<OnnxException>(() => OnnxFile.Read(path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyByteChanged_GivesAGraphOrOurError()
    {
        var path = WriteLinear();
        var bytes = File.ReadAllBytes(path);
        var random = new Random(2);
        for (var round = 0; round < 300; round++)
        {
            byte[] changed = [.. bytes];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, changed);
            var error = Record.Exception(() => OnnxFile.Read(path));
            Assert.True(error is null or OnnxException, $"{error}");
        }
    }

    [Fact]
    public void Read_OtherFileMissing_SaysSo()
    {
        var path = WriteLinear();
        File.Delete(Path.Combine(folder, "weights.bin"));

        Assert.Contains("weights.bin", Assert.Throws<OnnxException>(() => OnnxFile.Read(path)).Message);
    }

    [Fact]
    public void Constructor_NameWithAFolder_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new ExternalData("../weights.bin"));

    private static float[] Run(InferenceSession session)
    {
        using var input = OrtValue.CreateTensorValueFromMemory<float>([1, 2, 3, 4], [1, 4]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [input], ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private string WriteLinear()
    {
        var data = new ExternalData("weights.bin");
        var path = Path.Combine(folder, "linear.onnx");
        File.WriteAllBytes(path, TestGraphs.Linear().ToBytes(data));
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), data.ToArray());
        return path;
    }
}
