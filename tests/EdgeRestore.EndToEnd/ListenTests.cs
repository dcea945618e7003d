using System.Net;
using System.Net.Sockets;
using EdgeRestore.Client;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using Microsoft.Extensions.Configuration;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// Where the daemon may listen: beyond this machine only when it knows who comes; and on Unix sockets.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ListenTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryFolder _folder = new();

    private string Socket => _folder.Combine("daemon.sock");

    [Theory]
    [InlineData("0.0.0.0:50051", null, "", "for everybody")]
    [InlineData("[::]:50051", null, "", "for everybody")]
    [InlineData("192.0.2.7:50051", null, "", "for everybody")]
    [InlineData("127.0.0.1:50051", "0.0.0.0:50052", "", "for everybody")]
    [InlineData("0.0.0.0:50051", null, "Tokens", "without encryption")]
    [InlineData("0.0.0.0:50051", null, "Tokens Certificate", null)]
    [InlineData("0.0.0.0:50051", null, "ClientAuthorities Certificate", null)]
    [InlineData("0.0.0.0:50051", null, "Insecure", null)]
    [InlineData("127.0.0.1:50051", "[::1]:50052", "", null)]
    [InlineData("unix:/run/edgerestore.sock", null, "", null)]
    public void EndpointBeyondThisMachine_NeedsAuthenticationAndEncryption(
        string endpoint, string? http, string security, string? fault)
    {
        var values = new Dictionary<string, string?>
        {
            ["Listen:Endpoint"] = endpoint,
            ["Listen:HttpEndpoint"] = http,
        };
        foreach (var name in security.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            values[$"Security:{name}"] = name == "Insecure" ? "true" : "/some/file";
        }

        var exception = Record.Exception(
            () => DaemonSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build()));

        Assert.Equal(fault is null, exception is null);
        if (fault is not null)
        {
            Assert.IsType<SettingsException>(exception);
            Assert.Contains(fault, exception.Message, StringComparison.Ordinal);
            Assert.Contains("--insecure", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Process_ToldToListenEverywhere_EndsWithTheReason()
    {
        var (exitCode, _, errors) = await DaemonProcess.RunAsync("--listen", "0.0.0.0:0");

        Assert.Equal(2, exitCode);
        Assert.Contains("--insecure", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_ToldThatItMayBeInsecure_ListensAndWarns()
    {
        new TestPackages.TestPackage().Write(_folder.Combine("package"));

        await using var daemon = await DaemonProcess.StartAsync(
            _folder.Combine("package"), "--http", "0.0.0.0:0", "--insecure", "--log-format", "json");

        // The log has a thread and a pipe of its own: only at its end is it sure to be here.
        daemon.Terminate();
        await daemon.WaitForExitAsync();
        Assert.Contains("\"EventId\":3,\"LogLevel\":\"Warning\"", daemon.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnixSocket_StreamsAndIsForOwnerAndGroup()
    {
        await using var daemon = await StartAsync();
        using var client = new RestoreClient(daemon.Address);
        await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);

        Assert.Equal($"unix:{Socket}", daemon.Address.ToString());
        Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(Socket));
    }

    [Theory]
    [InlineData("000")]
    [InlineData("077")]
    public async Task UnixSocket_IsForOwnerAndGroupWhateverTheUmask(string umask)
    {
        new TestPackages.TestPackage().Write(_folder.Combine("package"));

        await using var daemon = await DaemonProcess.StartAsync(
            [], ["--package", _folder.Combine("package"), "--listen", $"unix:{Socket}", "--device", "cpu"], umask);

        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(Socket));
    }

    [RootTheory]
    [InlineData("[]", "refused")]
    [InlineData("[os.stat(path).st_gid]", "connected")]
    public async Task UnixSocket_LetsOtherUsersInByItsGroupOnly(string groups, string expected)
    {
        await using var daemon = await StartAsync();
        File.SetUnixFileMode(
            _folder.Path,
            File.GetUnixFileMode(_folder.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

        var outcome = await ForeignProgram.RunAsync(ForeignProgram.Python, ["-c", $"""
            import os, socket
            path = "{Socket}"
            os.setgroups({groups})
            os.setgid(65534)
            os.setuid(65534)
            try:
                socket.socket(socket.AF_UNIX).connect(path)
                print("connected")
            except PermissionError:
                print("refused")
            """]);

        Assert.Equal(expected, outcome.Trim());
    }

    [Fact]
    public async Task UnixSocketThatAKilledDaemonLeft_IsTakenOver()
    {
        // Closing the handle alone leaves the file, as a process that is killed does.
        var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(Socket));
        dead.SafeHandle.Dispose();
        Assert.True(File.Exists(Socket));

        await using var daemon = await StartAsync();
        using var client = new RestoreClient(daemon.Address);

        Assert.True(await client.IsServingAsync().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task UnixSocketOfARunningDaemon_IsLeftToIt()
    {
        await using var daemon = await StartAsync();

        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(StartAsync);

        Assert.Contains("in use", exception.Message, StringComparison.Ordinal);
        using var client = new RestoreClient(daemon.Address);
        Assert.True(await client.IsServingAsync().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task FileThatIsNoSocket_IsNotRemoved()
    {
        File.WriteAllText(Socket, "precious");

        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(StartAsync);

        Assert.Equal("precious", File.ReadAllText(Socket));
        Assert.Contains("where nothing is but a socket", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("free port", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnixSocketInAFolderThatIsNotThere_SaysSo()
    {
        Directory.Delete(_folder.Path);

        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(StartAsync);

        Directory.CreateDirectory(_folder.Path);
        Assert.Contains(
            $"Cannot listen on unix:{Socket} (--listen): there is no folder {Path.GetDirectoryName(Socket)}",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Contains("Make the folder", exception.Message, StringComparison.Ordinal);
    }

    // Two addresses were asked for: told is the one that is taken, and the option that names it.
    [Theory]
    [InlineData("--listen")]
    [InlineData("--http")]
    public async Task OneAddressOfTwoInUse_SaysWhich(string taken)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var (endpoint, http) = taken == "--listen"
            ? ($"{other.LocalEndpoint}", "127.0.0.1:0") : ($"unix:{Socket}", $"{other.LocalEndpoint}");

        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(() => RunningDaemon.StartAsync(
            configure: settings => settings with
            {
                Listen = settings.Listen with { Endpoint = endpoint, HttpEndpoint = http },
            }));

        Assert.StartsWith(
            $"Cannot listen on {other.LocalEndpoint} ({taken}): ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("in use", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"choose another with {taken}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Socket, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneAddressForBoth_IsRefused()
    {
        var exception = Assert.Throws<SettingsException>(() => DaemonSettings.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Listen:Endpoint"] = "127.0.0.1:50051",
                ["Listen:HttpEndpoint"] = "127.0.0.1:50051",
            }).Build()));

        Assert.Contains(
            "Listen:HttpEndpoint is '127.0.0.1:50051', and so is Listen:Endpoint; allowed is one of its own.",
            exception.Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<RunningDaemon> StartAsync() => RunningDaemon.StartAsync(configure: settings => settings with
    {
        Listen = settings.Listen with { Endpoint = $"unix:{Socket}" },
    });
}
