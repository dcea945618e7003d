using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

public sealed class LosslessDeliveryTests
{
    [Fact]
    public async Task HundredFrames_AreAnsweredOnceInOrderWithTheirOwnContent()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        var replies = await stream.ExchangeAsync(
            Enumerable.Range(0, 100).Select(number => Streaming.Paint(Degradation.Noise, blue: (byte)number)));

        Assert.Equal(Enumerable.Range(1, 100).Select(number => (ulong)number), replies.Select(reply => reply.Sequence));
        Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
        Assert.All(replies, reply => Assert.Equal(
            (int)reply.Sequence - 1 + TestPackage.LevelsOf(Degradation.Noise),
            reply.Payload.Span[TestFrames.BlueOffset]));
    }

    [Fact]
    public async Task Timestamps_ComeBackAsSent()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var receiving = stream.ReceiveAsync().ToListAsync();

        await stream.SendAsync(Streaming.Paint(), timestampNs: -7).AsTask().WaitAsync(Patience.Limit);
        await stream.SendAsync(Streaming.Paint(), timestampNs: long.MaxValue).AsTask().WaitAsync(Patience.Limit);
        await stream.CompleteAsync().WaitAsync(Patience.Limit);

        Assert.Equal([-7, long.MaxValue], (await receiving).Select(reply => reply.TimestampNs));
    }

    [Fact]
    public async Task EngineBusy_SenderIsHeldBackInsteadOfBuffered()
    {
        // Frames large enough that the transport's windows hold only a few.
        const int width = 1024, height = 1024, count = 40;
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        await using var stream = await daemon.OpenAsync(Streaming.Rgb(width, height), maxFramesInFlight: count);
        var payload = Streaming.Paint(width: width, height: height);
        var sent = 0;
        Task sending;
        using (await daemon.HoldEngineAsync())
        {
            sending = Task.Run(async () =>
            {
                for (; sent < count; sent++)
                {
                    await stream.SendAsync(payload);
                }

                await stream.CompleteAsync();
            });

            // Two wait to be computed, two in the inbox, one between: more cannot have been taken, whatever was sent.
            var counts = await daemon.WaitForFramesAsync(frames => frames.Received == 5);
            Assert.Equal(5u, counts.Received);
            Assert.False(sending.IsCompleted);
            Assert.InRange(Volatile.Read(ref sent), 0, count / 2);
        }

        var replies = await stream.ReceiveAsync().ToListAsync();
        await sending.WaitAsync(Patience.Limit);
        Assert.Equal(count, replies.Count);
        Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
    }

    [Fact]
    public async Task TwoStreams_DoNotMixTheirFrames()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var one = await daemon.OpenAsync(Streaming.Rgb());
        await using var other = await daemon.OpenAsync(Streaming.Rgb(width: 80));

        var both = await Task.WhenAll(
            one.ExchangeAsync(Enumerable.Repeat(Streaming.Paint(Degradation.Rain, blue: 10), 20)),
            other.ExchangeAsync(Enumerable.Repeat(Streaming.Paint(Degradation.Snow, blue: 90, width: 80), 20)));

        Assert.All(both[0], reply => Assert.Equal((Degradation.Rain, 64), (reply.Route, reply.Width)));
        Assert.All(both[1], reply => Assert.Equal((Degradation.Snow, 80), (reply.Route, reply.Width)));
    }

    [Fact]
    public async Task NoFrames_StreamEndsWithoutReplies()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        Assert.Empty(await stream.ExchangeAsync());
        Assert.Equal(Delivery.Lossless, stream.Opened.Delivery);
    }
}
