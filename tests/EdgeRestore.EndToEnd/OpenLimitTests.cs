using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>A call that does not open its stream ends, and keeps nobody out until then.</summary>
public sealed class OpenLimitTests
{
    private static readonly LimitOptions OneStream = new() { MaxStreams = 1, OpenSeconds = 7 };
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task NothingComes_CallEndsAndTookNoPlace()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(limits: OneStream, clock: clock);
        using var call = daemon.CreateService().Restore();
        await clock.WaitForTimerAsync(Limit);
        clock.Advance(Limit - TimeSpan.FromTicks(1));
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        Assert.Equal(1, daemon.Streams.Registry.OpeningCount);

        clock.Advance(TimeSpan.FromTicks(1));

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        Assert.Equal(
            "No open message came within 7 s. Send it first, as soon as the call has begun, or raise "
            + "Limits:OpenSeconds (now 7).",
            exception.Status.Detail);
        Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
    }

    [Fact]
    public async Task OnlyFramesCome_TheyDoNotExtendTheLimit()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(limits: OneStream, clock: clock);
        using var call = daemon.CreateService().Restore();
        await clock.WaitForTimerAsync(Limit);
        clock.Advance(Limit / 2);
        await call.RequestStream.WriteAsync(new RestoreRequest { Frame = new FrameRequest { Sequence = 1 } })
            .WaitAsync(Patience.Limit);
        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        Assert.Equal(1ul, call.ResponseStream.Current.Error.Sequence);

        clock.Advance(Limit / 2);

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
    }

    [Fact]
    public async Task StreamIsOpen_LimitIsOver()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(limits: OneStream, clock: clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        // Less than the time that an open stream has for its first frame.
        clock.Advance(2 * Limit);

        Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
    }
}
