using System.Net.Sockets;
using EdgeRestore.Client;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>What one peer may take up: connections, headers, frames a second, time without a frame.</summary>
public sealed class PeerLimitTests
{
    [Fact]
    public async Task ConnectionBeyondTheLimit_IsClosedAndTheOthersGoOn()
    {
        await using var daemon = await StartAsync(new PeerOptions { MaxConnections = 1 });
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        using var second = new TcpClient();
        await second.ConnectAsync(daemon.Address.Host, daemon.Address.Port).WaitAsync(Patience.Limit);

        var read = await second.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience.Limit);

        Assert.Equal(0, read);
        Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(5000, false)]
    public async Task Headers_BeyondTheLimit_AreRefused(int lengthBytes, bool isTaken)
    {
        await using var daemon = await StartAsync(new PeerOptions { MaxHeaderBytes = 2048 });
        var call = daemon.CreateService().GetStatusAsync(
            new Protocol.V1.GetStatusRequest(), new Metadata { { "x-long", new string('x', lengthBytes) } });

        var exception = await Record.ExceptionAsync(() => call.ResponseAsync.WaitAsync(Patience.Limit));

        Assert.Equal(isTaken, exception is null);
    }

    [Fact]
    public async Task StreamWithoutAFirstFrame_LosesItsPlace()
    {
        var clock = new ManualClock();
        var limit = TimeSpan.FromSeconds(17);
        await using var daemon = await StartAsync(new PeerOptions { FirstFrameSeconds = 17 }, clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        await clock.WaitForTimerAsync(limit);

        clock.Advance(limit);

        var exception = await Assert.ThrowsAsync<DaemonException>(() => stream.ReceiveAsync().ToListAsync());
        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        Assert.Contains("Peers:FirstFrameSeconds (now 17)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamWithAFirstFrame_MayPauseForAsLongAsItLikes()
    {
        var clock = new ManualClock();
        var limit = TimeSpan.FromSeconds(17);
        await using var daemon = await StartAsync(new PeerOptions { FirstFrameSeconds = 17 }, clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var receiving = stream.ReceiveAsync().ToListAsync();
        await stream.SendAsync(Streaming.Paint());
        await daemon.WaitForFramesAsync(frames => frames.Restored == 1);

        clock.Advance(10 * limit);
        await stream.SendAsync(Streaming.Paint());
        await stream.CompleteAsync();

        Assert.Equal(2, (await receiving).Count);
    }

    [Fact]
    public async Task FramesFasterThanTheLimit_AreReadAsTimePasses()
    {
        var clock = new ManualClock();
        await using var daemon = await StartAsync(new PeerOptions { MaxFramesPerSecond = 10 }, clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var receiving = stream.ReceiveAsync().ToListAsync();
        await stream.SendAsync(Streaming.Paint());
        await stream.SendAsync(Streaming.Paint());
        await stream.SendAsync(Streaming.Paint());
        await stream.CompleteAsync();

        for (ulong frame = 1; frame < 3; frame++)
        {
            await clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
            Assert.Equal(frame, (await daemon.WaitForFramesAsync(_ => true)).Received);
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        await clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, (await receiving).Count);
    }

    private static Task<RunningDaemon> StartAsync(PeerOptions peers, ManualClock? clock = null) =>
        RunningDaemon.StartAsync(clock: clock, configure: settings => settings with { Peers = peers });
}
