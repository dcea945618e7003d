using System.Net;
using System.Net.Sockets;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// What keeps the process from serving is one line on standard error and an exit code, and no stack trace.
/// </summary>
public sealed class StartTests : IDisposable
{
    private const int WrongCommandLine = 2;
    private const int CannotRun = 5;

    private readonly TemporaryFolder _folder = new();

    private string Package => _folder.Combine("package");

    [Fact]
    public async Task PortInUse_SaysWhichAndWhatToDo()
    {
        new TestPackage().Write(Package);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        await EndsAsync(
            CannotRun,
            ["--package", Package, "--device", "cpu", "--listen", $"{other.LocalEndpoint}"],
            $"Cannot listen on {other.LocalEndpoint}",
            "in use",
            "--listen");
    }

    [Fact]
    public async Task PackageMissing_SaysWhere() =>
        await EndsAsync(CannotRun, ["--package", Package], Package, "no such folder");

    [Fact]
    public async Task PackageWithAFlippedByte_SaysWhichFile()
    {
        new TestPackage().Write(Package);
        var path = Path.Combine(Package, "noise.onnx");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        await EndsAsync(CannotRun, ["--package", Package], "noise.onnx", "SHA-256");
    }

    [Fact]
    public async Task DeviceThatIsNotThere_SaysWhy()
    {
        new TestPackage().Write(Package);

        await EndsAsync(
            CannotRun, ["--package", Package, "--device", "tensorrt", "--listen", "127.0.0.1:0"], "tensorrt");
    }

    [Fact]
    public async Task OptionUnknown_PointsToHelp() =>
        await EndsAsync(WrongCommandLine, ["--prot", "1"], "--prot", "--help");

    [Fact]
    public async Task SettingsOutOfRange_AreToldTogether() =>
        await EndsAsync(
            WrongCommandLine,
            ["--listen", "somewhere", "--max-streams", "0", "--max-width", "wide", "--device", "abacus"],
            "4 settings are not valid",
            "Listen:Endpoint is 'somewhere'",
            "Limits:MaxStreams is 0; allowed is 1 to 10000",
            "Limits:MaxWidth is 'wide'; allowed is a whole number",
            "Providers:Device is 'abacus'; allowed are auto, cpu, cuda, tensorrt");

    [Fact]
    public async Task ConfigurationFileWithAnUnknownKey_IsRefused()
    {
        var file = _folder.Combine("daemon.json");
        File.WriteAllText(file, """{ "Limits": { "MaxStrems": 3 } }""");

        await EndsAsync(WrongCommandLine, ["--config", file], "Limits:MaxStrems is unknown", "MaxStreams");
    }

    [Theory]
    [InlineData("{ nonsense")]
    [InlineData(null)]
    public async Task ConfigurationFileMissingOrDamaged_IsRefused(string? content)
    {
        var file = _folder.Combine("daemon.json");
        if (content is not null)
        {
            File.WriteAllText(file, content);
        }

        await EndsAsync(WrongCommandLine, ["--config", file], "configuration file cannot be read", "daemon.json");
    }

    [Fact]
    public async Task Help_NamesEveryOptionAndEndsWithZero()
    {
        var (exitCode, output, _) = await DaemonProcess.RunAsync("--help");

        Assert.Equal(0, exitCode);
        Assert.All(
            (string[])
            [
                "--package", "--listen", "--device", "--max-streams", "Exit codes", "Example: ./edgerestore serve",
            ],
            text => Assert.Contains(text, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ConfigurationFile_IsTakenAndOptionsGoBeforeIt()
    {
        new TestPackage().Write(Package);
        var file = _folder.Combine("daemon.json");
        File.WriteAllText(
            file, """{ "Listen": { "Endpoint": "127.0.0.1:1" }, "Limits": { "MaxStreams": 3, "MaxWidth": 640 } }""");

        await using var daemon = await DaemonProcess.StartAsync(Package, "--config", file, "--max-streams", "5");
        using var client = new Client.RestoreClient(daemon.Address);
        var status = await client.GetStatusAsync().WaitAsync(Patience.Limit);

        Assert.Equal((5u, 640u), (status.MaxStreams, status.Limits.MaxWidth));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task EndsAsync(int exitCode, string[] arguments, params string[] expected)
    {
        var (actual, output, errors) = await DaemonProcess.RunAsync(arguments);

        Assert.True(exitCode == actual, $"Exit code {actual}: {errors}");
        Assert.Empty(output);
        Assert.StartsWith("edgerestore-daemon: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(expected, text => Assert.Contains(text, errors, StringComparison.Ordinal));
    }
}
