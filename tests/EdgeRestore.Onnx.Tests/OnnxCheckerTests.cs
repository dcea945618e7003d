using System.Diagnostics;

namespace EdgeRestore.Onnx.Tests;

/// <summary>The reference checker of the ONNX project, as Debian's python3-onnx carries it.</summary>
public sealed class OnnxCheckerTests : IDisposable
{
    // With full_check shapes and types are inferred, too, and compared with what the file says.
    private const string Script =
        "import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True); print(onnx.load(sys.argv[1]).graph.name)";

    private readonly string folder = Directory.CreateTempSubdirectory("edgerestore-checker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Check_FileWithItsTensorsInside_Passes()
    {
        var path = Path.Combine(folder, "linear.onnx");
        await File.WriteAllBytesAsync(path, TestGraphs.Linear().ToBytes());

        Assert.Equal((0, "linear"), await Check(path));
    }

    [Fact]
    public async Task Check_FileWithItsTensorsOutside_Passes()
    {
        var data = new ExternalData("weights.bin");
        var path = Path.Combine(folder, "linear.onnx");
        await File.WriteAllBytesAsync(path, TestGraphs.Linear().ToBytes(data));
        await File.WriteAllBytesAsync(Path.Combine(folder, "weights.bin"), data.ToArray());

        Assert.Equal((0, "linear"), await Check(path));
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

        var (exitCode, output) = await Check(path);

        Assert.Equal(1, exitCode);
        Assert.Contains("No Op registered for NoSuchOperator", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> Check(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script, path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, ((await output) + (await errors)).Trim());
    }
}
