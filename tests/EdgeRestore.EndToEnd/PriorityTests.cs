using EdgeRestore.Client;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.EndToEnd;

public sealed class PriorityTests
{
    [Fact]
    public async Task Unset_IsNormal()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        Assert.Equal(Priority.Normal, stream.Opened.Priority);
    }

    [Fact]
    public async Task EngineBusy_HigherPriorityIsComputedFirst()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var (low, normal, high) = (Open(Priority.Low), Open(Priority.Normal), Open(Priority.High));
        Task<IDisposable> afterFirst;
        using (await daemon.HoldEngineAsync())
        {
            await SendAsync(await low, waitingCount: 1);
            await SendAsync(await normal, waitingCount: 2);
            await SendAsync(await high, waitingCount: 3);

            // Asks last and is of high priority: it gets the turn right after the frame that is, before the others.
            afterFirst = daemon.HoldEngineAsync();
        }

        var others = new[] { (await low).ReceiveAsync().ToListAsync(), (await normal).ReceiveAsync().ToListAsync() };
        using (await afterFirst)
        {
            Assert.Single(await (await high).ReceiveAsync().ToListAsync());
            Assert.DoesNotContain(others, other => other.IsCompleted);
        }

        Assert.All(await Task.WhenAll(others), replies => Assert.Single(replies));
        foreach (var stream in new[] { low, normal, high })
        {
            await (await stream).DisposeAsync();
        }

        Task<RestoreStream> Open(Priority priority)
        {
            var settings = Streaming.Rgb();
            settings.Priority = priority;
            return daemon.OpenAsync(settings);
        }

        async Task SendAsync(RestoreStream stream, int waitingCount)
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            await stream.CompleteAsync().WaitAsync(Patience.Limit);
            await Patience.UntilSeenAsync(
                () => daemon.Streams.Turns.WaitingCount,
                count => count == waitingCount);
        }
    }
}
