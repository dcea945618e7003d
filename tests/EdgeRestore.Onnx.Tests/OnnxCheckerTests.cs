namespace EdgeRestore.Onnx.Tests;

public sealed class OnnxCheckerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("edgerestore-checker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Check_FileWithItsTensorsInside_Passes()
    {
        var path = Path.Combine(folder, "linear.onnx");
        await File.WriteAllBytesAsync(path, TestGraphs.Linear().ToBytes());

        Assert.Equal((0, "linear"), await ReferenceChecker.Check(path));
    }

    [Fact]
    public async Task Check_FileWithItsTensorsOutside_Passes()
    {
        var data = new ExternalData("weights.bin");
        var path = Path.Combine(folder, "linear.onnx");
        await File.WriteAllBytesAsync(path, TestGraphs.Linear().ToBytes(data));
        await File.WriteAllBytesAsync(Path.Combine(folder, "weights.bin"), data.ToArray());

        Assert.Equal((0, "linear"), await ReferenceChecker.Check(path));
    }

    [Fact]
    public async Task Check_FileThatIsWrong_Fails()
    {
        // The control: a checker that is not there, or checks nothing, must not pass for one that agrees.
        var builder = new GraphBuilder("wrong");
        var x = builder.Input("x", ElementType.Float, 2);
        builder.Output(builder.Add("NoSuchOperator", [x]), "y", ElementType.Float, 2);
        var path = Path.Combine(folder, "wrong.onnx");
        await File.WriteAllBytesAsync(path, new OnnxFile(builder.Graph).ToBytes());

        var (exitCode, output) = await ReferenceChecker.Check(path);

        Assert.Equal(1, exitCode);
        Assert.Contains("No Op registered for NoSuchOperator", output, StringComparison.Ordinal);
    }
}
