using System.Diagnostics;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.EndToEnd;

/// <summary>Clients that misbehave, in processes of their own, while another one is served as if they were not there.</summary>
public sealed class HostileClientTests
{
    private const int FrameCount = 30;

    [Fact]
    public async Task StopsReading_OthersAreServedAndItsFramesAreHeldBack()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var hostile = await Hostile.StartAsync(daemon, "deaf", 60);
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
        using var hostile = await Hostile.StartAsync(daemon, "deaf-live", 60);
        var frames = await WaitForHostileAsync(daemon, frames => frames.Received == 60 && frames.Dropped > 0);

        await ServeAsync(daemon);

        Assert.InRange(frames.Dropped, 20ul, 60ul);
        await LeaveAsync(daemon, hostile);
    }

    [Fact]
    public async Task SendsAByteASecond_OthersAreServed()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var hostile = await Hostile.StartAsync(daemon, "slow", 1);
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

    private static async Task CrowdAsync(int count)
    {
        // Calls must not end by themselves, however slowly they come.
        await using var daemon = await RunningDaemon.StartAsync(limits: new LimitOptions { OpenSeconds = 3600 });
        using var hostile = await Hostile.StartAsync(daemon, "crowd", count);
        await Patience.UntilAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5));
                return daemon.Streams.Registry.OpeningCount;
            },
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
        await Patience.UntilAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5));
                return (daemon.Streams.Registry.OpenCount, daemon.Streams.Registry.OpeningCount,
                    daemon.Streams.Memory.ReservedBytes);
            },
            left => left == (0, 0, 0));
    }

    private sealed class Hostile : IDisposable
    {
        private readonly Process _process;

        private Hostile(Process process)
        {
            _process = process;
        }

        public static async Task<Hostile> StartAsync(RunningDaemon daemon, string kind, int count)
        {
            var start = new ProcessStartInfo(
                ForeignProgram.Python,
                [
                    ForeignProgram.Client("hostile.py"), kind, daemon.Address.Host, $"{daemon.Address.Port}", $"{count}",
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
