using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.EndToEnd;

public sealed class LiveDeliveryTests
{
    [Theory]
    [InlineData(0u, 1)]
    [InlineData(1u, 1)]
    [InlineData(3u, 3)]
    public async Task EngineBusy_NewestFramesWinAndEveryDropIsReported(uint asked, int depth)
    {
        const int count = 20;
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Delivery = Delivery.Live;
        settings.LiveDepth = asked;
        await using var stream = await daemon.OpenAsync(settings);
        Assert.Equal((uint)depth, stream.Opened.LiveDepth);

        var receiving = stream.ReceiveAsync().ToListAsync();
        using (await daemon.HoldEngineAsync())
        {
            for (var number = 0; number < count; number++)
            {
                await stream.SendAsync(Streaming.Paint(blue: (byte)number)).AsTask().WaitAsync(Patience.Limit);
            }

            // A frame is counted before it pushes another out.
            await daemon.WaitForFramesAsync(
                frames => frames.Received == count && (int)frames.Dropped >= count - depth - 1);
        }

        await stream.CompleteAsync().WaitAsync(Patience.Limit);
        var replies = await receiving;

        // One may have been at the engine's door; of the others the newest are left.
        var answered = replies.Select(reply => (int)reply.Sequence).ToArray();
        Assert.InRange(answered.Length, depth, depth + 1);
        Assert.Equal(Enumerable.Range(count - depth + 1, depth), answered[^depth..]);
        var dropped = replies.SelectMany(reply => reply.Dropped.Select(frame => (int)frame.Sequence)).ToArray();
        Assert.Equal(Enumerable.Range(1, count).Except(answered), dropped);
        Assert.Equal((ulong)dropped.Length, replies.Aggregate(0ul, (sum, reply) => sum + reply.DroppedCount));
        Assert.All(
            replies.SelectMany(reply => reply.Dropped),
            frame => Assert.Equal(DropReason.Superseded, frame.Reason));
        Assert.Equal(dropped.Length, (int)(await daemon.WaitForFramesAsync(_ => true)).Dropped);
    }

    [Fact]
    public async Task ManyDropped_AllAreCountedAndTheNewestNamed()
    {
        const int count = 200;
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Delivery = Delivery.Live;
        await using var stream = await daemon.OpenAsync(settings);

        var receiving = stream.ReceiveAsync().ToListAsync();
        using (await daemon.HoldEngineAsync())
        {
            for (var number = 0; number < count; number++)
            {
                await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            }

            await daemon.WaitForFramesAsync(frames => frames.Received == count);
        }

        await stream.CompleteAsync().WaitAsync(Patience.Limit);
        var replies = await receiving;

        Assert.Equal((ulong)count, replies[^1].Sequence);
        Assert.Equal((ulong)(count - replies.Count), replies.Aggregate(0ul, (sum, reply) => sum + reply.DroppedCount));
        Assert.Contains(replies, reply => reply.DroppedCount > 64);
        Assert.All(replies, reply => Assert.Equal(Math.Min(64, (int)reply.DroppedCount), reply.Dropped.Count));
        Assert.All(replies.Where(reply => reply.DroppedCount > 0), reply => Assert.Equal(
            reply.Sequence - 1, reply.Dropped[^1].Sequence));
    }

    [Fact]
    public async Task EngineIdle_NothingIsDropped()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Delivery = Delivery.Live;
        await using var stream = await daemon.OpenAsync(settings);
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();

        for (var number = 1ul; number <= 20; number++)
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
            Assert.Equal((number, 0ul), (replies.Current.Sequence, replies.Current.DroppedCount));
        }
    }

    [Fact]
    public async Task BadFrame_IsAnsweredWithAnErrorAndTheStreamGoesOn()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Delivery = Delivery.Live;
        await using var stream = await daemon.OpenAsync(settings);
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();

        foreach (var (payload, error) in new[]
        {
            (new byte[5], RestoreError.Input), (Streaming.Paint(), RestoreError.None),
        })
        {
            await stream.SendAsync(payload).AsTask().WaitAsync(Patience.Limit);
            Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
            Assert.Equal(error, replies.Current.Error);
        }
    }
}
