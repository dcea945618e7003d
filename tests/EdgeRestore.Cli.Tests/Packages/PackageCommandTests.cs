using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Packages;

public sealed class PackageCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Package => Path.Combine(_folder.Path, "package");

    [Fact]
    public async Task Verify_WholePackage_CountsItsFiles()
    {
        var package = new TestPackage().Write(Package);

        var outcome = await Terminal.RunAsync("package", "verify", Package);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("test 1.0.0 is whole: 14 files", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(package.Sha256, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_FlippedByte_NamesTheFileAndEndsWith5()
    {
        new TestPackage().Write(Package);
        var file = _folder.File("package", "rain.onnx");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);

        var outcome = await Terminal.RunAsync("package", "verify", Package);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("rain.onnx", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("", outcome.Output);
    }

    [Fact]
    public async Task Verify_NoPackage_SaysWhatOneIs()
    {
        var outcome = await Terminal.RunAsync("package", "verify", _folder.Path);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("manifest.json", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_ShowsEveryRouteAndTheThreshold()
    {
        new TestPackage { Threshold = 0.55 }.Write(Package);

        var outcome = await Terminal.RunAsync("package", "inspect", Package);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("confidence 0.55 pass through", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\nlow-light+noise", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("unmeasured", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_Json_IsTheManifest()
    {
        new TestPackage().Write(Package);

        var (code, document) = await Terminal.RunJsonAsync("package", "inspect", Package);

        Assert.Equal(0, code);
        Assert.Equal(12, document.GetProperty("routes").GetArrayLength());
    }

    public void Dispose() => _folder.Dispose();
}
