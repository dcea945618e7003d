using EdgeRestore.Training.Commands;

namespace EdgeRestore.Training.Tests.Commands;

/// <summary>What the trainer says to options and folders that it cannot use; nothing is made on the way.</summary>
public sealed class WrongCommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-commands-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--steps is -1. Allowed: 1 or more.", "train", "smoke", "--steps", "-1")]
    [InlineData("--steps is 0. Allowed: 1 or more.", "train", "smoke", "--steps", "0")]
    [InlineData("--minutes is 0. Allowed: more than 0.", "train", "smoke", "--minutes", "0")]
    [InlineData("--workers is 0. Allowed: 1 or more.", "train", "smoke", "--workers", "0")]
    [InlineData("--threads is 0. Allowed: 1 or more.", "classifier", "--threads", "0")]
    [InlineData("--device is 'toaster'. Allowed: cpu, cuda.", "train", "smoke", "--device", "toaster")]
    [InlineData("--device is 'toaster'. Allowed: cpu, cuda.", "train", "ablation", "--device", "toaster")]
    [InlineData("--steps is -5. Allowed: 1 or more.", "train", "ablation", "--steps", "-5")]
    public async Task Option_OutOfItsRange_EndsWith2(string expected, params string[] arguments)
    {
        var (code, error) = await RunAsync(arguments);

        Assert.Equal(ExitCode.WrongCommandLine, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "no such folder")]
    [InlineData(true, "no checkpoint.safetensors in it")]
    public async Task Export_FolderWithoutARun_IsNamedWithItsOptionAndNotMade(bool isThere, string found)
    {
        var run = Path.Combine(_folder, "run");
        if (isThere)
        {
            Directory.CreateDirectory(run);
        }

        var (code, error) = await RunAsync(
            "export", "--restoration", run, "--classifier", run, "--out", Path.Combine(_folder, "package"));

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains($"--restoration is '{run}': found {found}", error, StringComparison.Ordinal);
        Assert.Equal(isThere, Directory.Exists(run));
        Assert.False(Directory.Exists(Path.Combine(_folder, "package")));
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] arguments)
    {
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, TextWriter.Null, error);
        return (code, error.ToString());
    }
}
