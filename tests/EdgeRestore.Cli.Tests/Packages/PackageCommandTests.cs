using EdgeRestore.Packages;
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

    [Theory]
    [InlineData("missing.tar", "missing.tar' cannot be read")]
    [InlineData("packed.tar", "does not answer")]
    [InlineData("package", "does not answer")]
    public async Task Install_FileFolderOrNothing_GetsAsFarAsItCan(string given, string expected)
    {
        new TestPackage().Write(Package);
        PackageArchive.Pack(Package, _folder.File("packed.tar"));

        // The discard port: nothing listens there.
        var outcome = await Terminal.RunAsync(
            "package", "install", Path.Combine(_folder.Path, given), "--daemon", "http://127.0.0.1:9");

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_ThenVerifyWithTheTrustStore_NamesTheKey()
    {
        new TestPackage().Write(Package);
        var trust = Directory.CreateDirectory(Path.Combine(_folder.Path, "trust")).FullName;
        var name = Path.Combine(trust, "release");
        Assert.Equal(0, (await Terminal.RunAsync("package", "keygen", name)).ExitCode);
        var key = Path.Combine(_folder.Path, "release.key.pem");
        File.Move(name + ".key.pem", key);

        var unsigned = await Terminal.RunAsync("package", "verify", Package, "--trust", trust);
        var signed = await Terminal.RunAsync("package", "sign", Package, "--key", key);
        var verified = await Terminal.RunAsync("package", "verify", Package, "--trust", trust);

        Assert.Equal((5, 0, 0), (unsigned.ExitCode, signed.ExitCode, verified.ExitCode));
        Assert.Contains("is not trusted: found no signature", unsigned.Error, StringComparison.Ordinal);
        Assert.Contains("signed by release.pub.pem", verified.Output, StringComparison.Ordinal);
    }

    // As the documents have it: ~/keys/release-2027, where nobody has made ~/keys.
    [Fact]
    public async Task Keygen_IntoAFolderThatIsNotThere_MakesItForItsOwnerAlone()
    {
        var keys = Path.Combine(_folder.Path, "keys");

        var outcome = await Terminal.RunAsync("package", "keygen", Path.Combine(keys, "release"));

        Assert.Equal(0, outcome.ExitCode);
        Assert.True(File.Exists(Path.Combine(keys, "release.key.pem")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys));
    }

    [Fact]
    public async Task Pack_Twice_GivesTheSameBytes()
    {
        new TestPackage().Write(Package);
        var (first, second) = (Path.Combine(_folder.Path, "1.tar"), Path.Combine(_folder.Path, "2.tar"));

        Assert.Equal(0, (await Terminal.RunAsync("package", "pack", Package, first)).ExitCode);
        Assert.Equal(0, (await Terminal.RunAsync("package", "pack", Package, second)).ExitCode);

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
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
