using EdgeRestore.Client;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace EdgeRestore.EndToEnd;

public sealed class ShutdownTests
{
    [Fact]
    public async Task StreamsOpen_FramesTakenAreAnsweredThenTheStreamIsUnavailable()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        Task stopping;
        using (await daemon.HoldEngineAsync())
        {
            for (var number = 0; number < 3; number++)
            {
                await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            }

            await daemon.WaitForFramesAsync(frames => frames.Received == 3);
            stopping = daemon.StopAsync();
        }

        // The status is on its way, and the daemon waits for this client to read it.
        await clock.WaitForTimerAsync(CallDrain.LeaveLimit);
        for (var number = 1ul; number <= 3; number++)
        {
            Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
            Assert.Equal((number, RestoreError.None), (replies.Current.Sequence, replies.Current.Error));
        }

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Contains("shutting down", exception.Message, StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task WatchersOfHealth_HearOfItBeforeStreamsEnd()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var watch = new Health.HealthClient(daemon.CreateChannel()).Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        Task stopping;
        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            await daemon.WaitForFramesAsync(frames => frames.Received == 1);
            stopping = daemon.StopAsync();

            Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
            Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        }

        Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        await stopping;
    }

    [Fact]
    public async Task SigTerm_ProcessDrainsAndEndsWithZero()
    {
        using var folder = new TemporaryFolder();
        new TestPackage().Write(folder.Combine("package"));
        await using var daemon = await DaemonProcess.StartAsync(folder.Combine("package"));
        using var client = new RestoreClient(daemon.Address);
        await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
        Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));

        daemon.Terminate();

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Equal(0, await daemon.WaitForExitAsync());
        Assert.Contains("Stopping: 1 open streams", daemon.LogText, StringComparison.Ordinal);
        Assert.Contains("Stopped after 1 frames", daemon.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientDoesNotReadItsStatus_HoldsTheStopUpForTheLeaveOnly()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        var stopping = daemon.StopAsync();
        await clock.WaitForTimerAsync(CallDrain.LeaveLimit);
        clock.Advance(CallDrain.LeaveLimit);

        await stopping;
    }

    [Fact]
    public async Task ClientGoesAfterItsStatus_StopGoesOn()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        var client = daemon.CreateClient();
        await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);

        var stopping = daemon.StopAsync();
        await clock.WaitForTimerAsync(CallDrain.LeaveLimit);
        client.Dispose();

        await stopping;
    }

    [Fact]
    public async Task StreamsOpenedWhileOthersEnd_AreRefused()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var stopping = daemon.StopAsync();
        await clock.WaitForTimerAsync(CallDrain.LeaveLimit);

        var exception = await Assert.ThrowsAsync<DaemonException>(() => daemon.OpenAsync(Streaming.Rgb()));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Contains("shutting down", exception.Message, StringComparison.Ordinal);
        Assert.False(await daemon.CreateClient().IsServingAsync().WaitAsync(Patience.Limit));
        Assert.False(stopping.IsCompleted);
        await Assert.ThrowsAsync<DaemonException>(() => stream.ReceiveAsync().ToListAsync());
        await stopping;
    }

    [Fact]
    public async Task FramesTakeLongerThanTheDrain_ClientGetsUnavailable()
    {
        await using var daemon = await RunningDaemon.StartAsync(drainSeconds: 1);
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            await daemon.WaitForFramesAsync(frames => frames.Received == 1);

            var stopping = daemon.StopAsync();

            var exception = await Assert.ThrowsAsync<DaemonException>(() => stream.ReceiveAsync().ToListAsync());
            Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
            Assert.Contains("send again what was not answered", exception.Message, StringComparison.Ordinal);
            await stopping;
        }
    }

    [Fact]
    public async Task NothingOpen_StopWaitsForNobody()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        await using (var stream = await daemon.OpenAsync(Streaming.Rgb()))
        {
            Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
        }

        // The connection is still there. The clock stands still: no timer ends this.
        await daemon.StopAsync();
    }

    [Fact]
    public async Task IdleReflectionAndWatch_DoNotHoldTheStopUp()
    {
        await using var daemon = await RunningDaemon.StartAsync(clock: new ManualClock());
        using var watch = new Health.HealthClient(daemon.CreateChannel())
            .Watch(new HealthCheckRequest { Service = "unknown" });
        Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        using var reflection = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(daemon.CreateChannel())
            .ServerReflectionInfo();
        await reflection.RequestStream.WriteAsync(new() { ListServices = "" }).WaitAsync(Patience.Limit);
        Assert.True(await reflection.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));

        // Without the drain's signal both would stay until the drain's end, 30 s, which is in the daemon's own time:
        // ended by Unavailable, not by an aborted connection, tells the difference.
        var stopping = daemon.StopAsync();

        Task[] endings = [watch.ResponseStream.MoveNext(default), reflection.ResponseStream.MoveNext(default)];
        foreach (var ended in endings)
        {
            var exception = await Assert.ThrowsAsync<RpcException>(() => ended.WaitAsync(Patience.Limit));
            Assert.Contains("shutting down", exception.Status.Detail, StringComparison.Ordinal);
        }

        await stopping;
    }
}
