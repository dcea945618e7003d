using System.Net.Sockets;
using System.Text;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>What the daemon tells systemd, and the unit that starts it.</summary>
public sealed class ServiceManagerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Systemd_IsToldThatTheDaemonIsReadyLivesThroughAHangUpAndStops()
    {
        new TestPackage().Write(_folder.Combine("package"));
        var path = _folder.Combine("notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        var environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path };

        await using (var daemon = await StartAsync(environment))
        {
            await ReceiveAllAsync(socket, "READY=1");
            await ReceiveAllAsync(socket, "WATCHDOG=1");
            daemon.HangUp();
            await ReceiveAllAsync(socket, "WATCHDOG=1");
            await ReceiveAllAsync(socket, "WATCHDOG=1");
            daemon.Terminate();
            await ReceiveAllAsync(socket, "STOPPING=1");
            Assert.Equal(0, await daemon.WaitForExitAsync());
        }
    }

    [Fact]
    public async Task ServiceManagerThatDoesNotRead_DoesNotHoldTheDaemonUp()
    {
        new TestPackage().Write(_folder.Combine("package"));
        var path = _folder.Combine("notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        using var filler = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            Blocking = false,
        };
        while (TryFill(filler, path))
        {
        }

        var environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path };
        await using var daemon = await StartAsync(environment);
        daemon.Terminate();

        Assert.Equal(0, await daemon.WaitForExitAsync());
    }

    [SystemdFact]
    public async Task Unit_IsValidAndRatedAsDocumented()
    {
        var unit = Path.Combine(ForeignProgram.Root, "deploy/systemd/edgerestore.service");

        var rating = await ForeignProgram.RunAsync(
            "systemd-analyze", ["security", "--offline=yes", "--no-pager", unit]);

        var line = rating.Split('\n').Single(line => line.Contains("Overall exposure level", StringComparison.Ordinal));
        var level = line.Split(": ")[1].Split(' ')[0];
        Assert.Contains(
            $"rates it {level} ",
            File.ReadAllText(Path.Combine(ForeignProgram.Root, "docs/operations.md")).Replace('\n', ' '),
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static bool TryFill(Socket socket, string path)
    {
        try
        {
            return socket.SendTo("x"u8, new UnixDomainSocketEndPoint(path)) > 0;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
        {
            return false;
        }
    }

    private Task<DaemonProcess> StartAsync(Dictionary<string, string> environment) => DaemonProcess.StartAsync(
        environment,
        ["--package", _folder.Combine("package"), "--listen", "127.0.0.1:0", "--device", "cpu", "--preload", "none"]);

    // Beats come in between at any time.
    private static async Task ReceiveAllAsync(Socket socket, string until)
    {
        var buffer = new byte[256];
        using var timeout = new CancellationTokenSource(Patience.Limit);
        string state;
        do
        {
            state = Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, timeout.Token));
        }
        while (state != until);
    }
}
