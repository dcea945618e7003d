using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// A client that goes is no error: its place and its frames are given back, and nothing is logged as one.
/// </summary>
public sealed class CancellationTests
{
    [Theory]
    [InlineData(Delivery.Lossless)]
    [InlineData(Delivery.Live)]
    public async Task ClientCancelsWhileFramesWait_ItsPlaceIsFree(Delivery delivery)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Delivery = delivery;
        using (await daemon.HoldEngineAsync())
        {
            var stream = await daemon.OpenAsync(settings);
            for (var number = 0; number < 5; number++)
            {
                await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            }

            await daemon.WaitForFramesAsync(frames => frames.Received >= 4);
            await stream.DisposeAsync();

            // Also while the engine is still held: waiting for it ends with the call.
            await WaitForNoStreamAsync(daemon);
        }

        await using var next = await daemon.OpenAsync(Streaming.Rgb());
        Assert.Single(await next.ExchangeAsync(Streaming.Paint()));
    }

    // The soak found a stream that stayed for ever when its call ended between the starts of two of its stages.
    [Fact]
    public async Task ClientsVanishAsSoonAsTheyHaveOpened_NoStreamStays()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        for (var count = 0; count < 200; count++)
        {
            var stream = await daemon.OpenAsync(Streaming.Rgb());
            await stream.DisposeAsync();

            // Its place may not be free yet; there are sixteen.
            if (count % 8 == 7)
            {
                await WaitForNoStreamAsync(daemon);
            }
        }

        await WaitForNoStreamAsync(daemon);
    }

    [Fact]
    public async Task ClientCancelsBeforeOpen_TheCallEnds()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using (var call = daemon.CreateService().Restore())
        {
            await Patience.UntilSeenAsync(() => daemon.Streams.Registry.OpeningCount, count => count == 1);
        }

        await Patience.UntilSeenAsync(
            () => daemon.Streams.Registry.OpeningCount,
            count => count == 0);
    }

    [Fact]
    public async Task ConnectionBreaks_ItsPlaceIsFree()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var client = new Client.RestoreClient(daemon.Address);
        var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
        await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);

        client.Dispose();

        await WaitForNoStreamAsync(daemon);
    }

    [Fact]
    public async Task ReceiverCancels_GetsOperationCanceled()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        using var cancellation = new CancellationTokenSource();
        var receiving = stream.ReceiveAsync(cancellation.Token).GetAsyncEnumerator().MoveNextAsync().AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task DeadlineOfTheCallPasses_StreamEndsWithoutAnError()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var time = TimeSpan.Zero;
        bool wasOpened;
        do
        {
            // The first one has passed by now; on a busy machine others pass before the stream is open, too.
            var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + time;
            using var call = daemon.CreateService().Restore(deadline: deadline);
            wasOpened = false;
            var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                await call.RequestStream.WriteAsync(new RestoreRequest { Open = Streaming.Rgb() })
                    .WaitAsync(Patience.Limit);
                while (await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit))
                {
                    wasOpened = true;
                }
            });

            Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
            time = (2 * time) + TimeSpan.FromMilliseconds(150);
        }
        while (!wasOpened);

        await WaitForNoStreamAsync(daemon);
    }

    // The registry itself is read: a status call would be one more stream of this connection.
    private static Task WaitForNoStreamAsync(RunningDaemon daemon) =>
        Patience.UntilSeenAsync(
            () => daemon.Streams.Registry.OpenCount,
            count => count == 0);
}
