using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// Clients that misbehave, in processes of their own, while another one is served as if they were not there.
/// </summary>
public sealed class HostileClientTests
{
    private const int FrameCount = 30;

    // As hostile.py has it.
    private const int CallsPerConnection = 100;

    [Fact]
    public async Task StopsReading_OthersAreServedAndItsFramesAreHeldBack()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var hostile = await Hostile.StartAsync(daemon.Address, "deaf", 60);
        await WaitForHostileAsync(daemon, frames => frames.Restored > 0);

        await ServeAsync(daemon);

        // What it has not read stays with it: the windows of its connection, and what the stream may hold.
        Assert.InRange((await WaitForHostileAsync(daemon, _ => true)).Received, 1ul, 40ul);
        await LeaveAsync(daemon, hostile);
    }

    [Fact]
    public async Task StopsReadingLive_OthersAreServedAndItsOldFramesAreDropped()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var hostile = await Hostile.StartAsync(daemon.Address, "deaf-live", 60);
        var frames = await WaitForHostileAsync(daemon, frames => frames.Received == 60 && frames.Dropped > 0);

        await ServeAsync(daemon);

        Assert.InRange(frames.Dropped, 20ul, 60ul);
        await LeaveAsync(daemon, hostile);
    }

    [Fact]
    public async Task SendsAByteASecond_OthersAreServed()
    {
        // However long the others take, it keeps its place meanwhile.
        await using var daemon = await RunningDaemon.StartAsync(
            configure: settings => settings with { Peers = new PeerOptions { FirstFrameSeconds = 3600 } });
        using var hostile = await Hostile.StartAsync(daemon.Address, "slow", 1);
        await WaitForHostileAsync(daemon, _ => true);

        await ServeAsync(daemon);

        Assert.Equal(0ul, (await WaitForHostileAsync(daemon, _ => true)).Received);
        await LeaveAsync(daemon, hostile);
    }

    [Fact]
    public Task BeginsAThousandCalls_OthersAreServed() => CrowdAsync(1000);

    [Fact]
    [Trait("Category", "Long")]
    public Task BeginsTenThousandCalls_OthersAreServed() => CrowdAsync(10_000);

    [Fact]
    public Task OpensAThousandStreams_GetsThoseThereAreAndOthersAreServed() => OpenManyAsync(1000);

    [Fact]
    [Trait("Category", "Long")]
    public Task OpensTenThousandStreams_GetsThoseThereAreAndOthersAreServed() => OpenManyAsync(10_000);

    private static async Task OpenManyAsync(int count)
    {
        const int maxStreams = 16;
        using var folder = new TemporaryFolder();
        new TestPackages.TestPackage().Write(folder.Combine("package"));

        // A process of its own, whose memory can be told. None may lose its place by the time that the test takes.
        await using var daemon = await DaemonProcess.StartAsync(
            folder.Combine("package"), "--max-streams", $"{maxStreams}", "--first-frame-limit", "86400");
        using var client = new RestoreClient(daemon.Address);
        await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        for (var frame = 0; frame < FrameCount; frame++)
        {
            Assert.Equal(RestoreError.None, (await PackageTesting.SendOneAsync(stream, replies)).Error);
        }

        var before = daemon.ResidentBytes;
        using var hostile = await Hostile.StartAsync(daemon.Address, "streams", count);
        await Patience.UntilAsync(
            () => client.GetStatusAsync(), status => status.Streams.Count == maxStreams);

        for (var frame = 0; frame < FrameCount; frame++)
        {
            Assert.Equal(RestoreError.None, (await PackageTesting.SendOneAsync(stream, replies)).Error);
        }

        var refused = await Assert.ThrowsAsync<DaemonException>(() => client.OpenAsync(Streaming.Rgb()));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("All 16 streams are taken", refused.Message, StringComparison.Ordinal);

        // Each connection takes its own, and none of the refused calls leaves any behind.
        var allowed = (64 << 20) + (count / CallsPerConnection * (1L << 20));
        Assert.True(
            daemon.ResidentBytes - before < allowed,
            $"{count} streams grew the daemon by {(daemon.ResidentBytes - before) >> 20} MiB; allowed are "
            + $"{allowed >> 20}.");

        hostile.Kill();
        await Patience.UntilAsync(() => client.GetStatusAsync(), status => status.Streams.Count == 1);
        await using var another = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
    }

    private static async Task CrowdAsync(int count)
    {
        // Calls must not end by themselves, however slowly they come.
        await using var daemon = await RunningDaemon.StartAsync(limits: new LimitOptions { OpenSeconds = 3600 });
        using var hostile = await Hostile.StartAsync(daemon.Address, "crowd", count);
        await Patience.UntilSeenAsync(
            () => daemon.Streams.Registry.OpeningCount,
            opening => opening > count / 2);

        await ServeAsync(daemon);

        await LeaveAsync(daemon, hostile);
    }

    private static async Task ServeAsync(RunningDaemon daemon)
    {
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var replies = await stream.ExchangeAsync(Enumerable.Repeat(Streaming.Paint(), FrameCount));

        Assert.Equal(Enumerable.Range(1, FrameCount).Select(number => (ulong)number), replies.Select(r => r.Sequence));
        Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
    }

    private static async Task<FrameCounts> WaitForHostileAsync(RunningDaemon daemon, Func<FrameCounts, bool> isEnough)
    {
        var service = daemon.CreateService();
        return await Patience.UntilAsync(
            async () => (await service.GetStatusAsync(new GetStatusRequest())).Streams
                .SingleOrDefault(stream => stream.StreamName == "hostile")?.Frames!,
            frames => frames is not null && isEnough(frames));
    }

    private static async Task LeaveAsync(RunningDaemon daemon, Hostile hostile)
    {
        hostile.Kill();
        await Patience.UntilSeenAsync(
            () => (daemon.Streams.Registry.OpenCount, daemon.Streams.Registry.OpeningCount,
                    daemon.Streams.Memory.ReservedBytes),
            left => left == (0, 0, 0));
    }

    private sealed class Hostile : IDisposable
    {
        private readonly Process _process;

        private Hostile(Process process)
        {
            _process = process;
        }

        public static async Task<Hostile> StartAsync(Uri daemon, string kind, int count)
        {
            var start = new ProcessStartInfo(
                ForeignProgram.Python,
                [
                    ForeignProgram.Client("hostile.py"), kind, daemon.Host, $"{daemon.Port}", $"{count}",
                ])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            var hostile = new Hostile(Process.Start(start)!);
            Assert.Equal("ready", await hostile._process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit));
            return hostile;
        }

        public void Kill() => _process.Kill();

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }
    }
}
