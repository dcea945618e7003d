using System.Net.Sockets;
using System.Text;
using EdgeRestore.Client;
using EdgeRestore.Daemon.Faults;
using EdgeRestore.Daemon.Packages;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;
using EdgeRestore.TestPackages;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRestore.EndToEnd;

/// <summary>A native call that does not come back ends the process, which its service manager starts anew.</summary>
public sealed class WedgedEngineTests : IDisposable
{
    private const int WedgedExitCode = 6;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ComputationNeverReturns_EndsTheProcessAndSaysWhatWasInFlight()
    {
        var package = _folder.Combine("package");
        TestPackage.Of(new TestNetwork.EndlessUnless(64, 64)).Write(package);
        await using var daemon = await DaemonProcess.StartAsync(package, "--run-limit", "1");
        daemon.ExpectedExitCode = WedgedExitCode;
        using var client = new RestoreClient(daemon.Address);
        await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);

        await stream.SendAsync(Streaming.Paint());

        Assert.Equal(WedgedExitCode, await daemon.WaitForExitAsync());
        Assert.Contains("A computation on cpu does not come back", daemon.LogText, StringComparison.Ordinal);
        Assert.Contains(
            "Served was test 1.0.0, in flight were: stream test for", daemon.LogText, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DaemonException>(() => stream.ReceiveAsync().ToListAsync());
    }

    [Fact]
    public async Task ProcessWasFrozen_TimeThatNobodySawPassDoesNotCount()
    {
        var clock = new ManualClock();
        using var streams = new StreamHost(Load(), new LimitOptions(), new PeerOptions(), 1, clock);
        var exitCode = 0;
        using var watch = new WedgeWatch(
            streams,
            new EngineOptions { RunSeconds = 60 },
            new WedgeSignal(),
            NullLoggerFactory.Instance,
            code => exitCode = code);
        await watch.StartAsync(CancellationToken.None);
        streams.Packages.Runs.Begin(1);

        await LookAsync(TimeSpan.FromHours(1));
        for (var second = 1; second < 60; second++)
        {
            await LookAsync(WedgeWatch.Interval);
        }

        await clock.WaitForTimerAsync(WedgeWatch.Interval);
        Assert.Equal(0, exitCode);
        await LookAsync(WedgeWatch.Interval);
        await watch.ExecuteTask!.WaitAsync(Patience.Limit);
        Assert.Equal(WedgedExitCode, exitCode);

        async Task LookAsync(TimeSpan time)
        {
            await clock.WaitForTimerAsync(WedgeWatch.Interval);
            clock.Advance(time);
        }

        ServedPackage Load() => new(
            Restorer.Load(new TestPackage().Write(_folder.Combine("package")), new RestorerOptions { Device = "cpu" }),
            "cpu",
            clock);
    }

    [Fact]
    public async Task ServiceManager_HearsOfReadinessLifeAndStop()
    {
        var path = _folder.Combine("notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        var package = _folder.Combine("package");
        new TestPackage().Write(package);

        // Read from the start: a socket of the kind holds ten messages, and drops what comes then.
        var ready = ReceiveAsync("READY=1");
        await using (var daemon = await DaemonProcess.StartAsync(
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path },
            ["--package", package, "--listen", "127.0.0.1:0", "--device", "cpu"]))
        {
            await ready;
            await ReceiveAsync("WATCHDOG=1");
            daemon.Terminate();
            await ReceiveAsync("STOPPING=1");
        }

        // What repeats may come in between.
        async Task ReceiveAsync(string expected)
        {
            var buffer = new byte[1000];
            string received;
            do
            {
                var count = await socket.ReceiveAsync(buffer).WaitAsync(Patience.Limit);
                received = Encoding.UTF8.GetString(buffer, 0, count);
            }
            while (received != expected);
        }
    }
}
