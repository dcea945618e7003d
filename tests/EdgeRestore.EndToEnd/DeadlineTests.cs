using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.EndToEnd;

public sealed class DeadlineTests
{
    [Theory]
    [InlineData(Delivery.Lossless)]
    [InlineData(Delivery.Live)]
    public async Task FrameWaitsTooLong_IsAnsweredWithDeadlineAndNotComputed(Delivery delivery)
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        var settings = Streaming.Rgb();
        settings.Delivery = delivery;
        settings.FrameDeadlineMs = 40;
        await using var stream = await daemon.OpenAsync(settings);
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();

        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            await daemon.WaitForFramesAsync(frames => frames.Received == 1);
            clock.Advance(TimeSpan.FromMilliseconds(41));
        }

        Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(RestoreError.DeadlineExceeded, replies.Current.Error);
        Assert.Contains("41 ms", replies.Current.Message, StringComparison.Ordinal);
        Assert.Contains("40 ms", replies.Current.Message, StringComparison.Ordinal);

        // The next one is in time.
        await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
        Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        Assert.Equal((2ul, RestoreError.None), (replies.Current.Sequence, replies.Current.Error));
    }

    [Fact]
    public async Task FrameWaitsJustLongEnough_IsComputed()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        var settings = Streaming.Rgb();
        settings.FrameDeadlineMs = 40;
        await using var stream = await daemon.OpenAsync(settings);
        var receiving = stream.ReceiveAsync().ToListAsync();

        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            await daemon.WaitForFramesAsync(frames => frames.Received == 1);
            clock.Advance(TimeSpan.FromMilliseconds(40));
        }

        await stream.CompleteAsync().WaitAsync(Patience.Limit);
        var reply = Assert.Single(await receiving);
        Assert.Equal(RestoreError.None, reply.Error);

        // The engines' own times are real, the rest is the test's clock, which may move while the frame is decoded:
        // what of the time since arrival is none of these was waiting. Each is cut to whole microseconds.
        var timings = reply.Timings!;
        var busy = (long)timings.DecodeUs + timings.ClassifyUs + timings.RunUs + timings.EncodeUs;
        Assert.InRange(timings.QueueUs, Math.Max(0, 40_000 - busy - 5), Math.Max(0, 40_000 - busy));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task TimeOfDayJumpsWhileFramesWait_NoneIsLate(int days)
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        var settings = Streaming.Rgb();
        settings.FrameDeadlineMs = 40;
        await using var stream = await daemon.OpenAsync(settings);
        var receiving = stream.ReceiveAsync().ToListAsync();

        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            await daemon.WaitForFramesAsync(frames => frames.Received == 1);
            clock.Jump(TimeSpan.FromDays(days));
        }

        await stream.CompleteAsync().WaitAsync(Patience.Limit);
        Assert.Equal(RestoreError.None, Assert.Single(await receiving).Error);
    }

    [Fact]
    public async Task NoDeadline_FrameMayWaitForEver()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var receiving = stream.ReceiveAsync().ToListAsync();

        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            await daemon.WaitForFramesAsync(frames => frames.Received == 1);
            clock.Advance(TimeSpan.FromDays(1));
        }

        await stream.CompleteAsync().WaitAsync(Patience.Limit);
        Assert.Equal(RestoreError.None, Assert.Single(await receiving).Error);
    }
}
