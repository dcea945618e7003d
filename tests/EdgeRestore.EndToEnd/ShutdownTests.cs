using EdgeRestore.Client;
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
        await using var daemon = await RunningDaemon.StartAsync();
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
    public async Task IdleReflectionAndWatch_DoNotHoldTheStopUp()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var watch = new Health.HealthClient(daemon.CreateChannel())
            .Watch(new HealthCheckRequest { Service = "unknown" });
        Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        using var reflection = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(daemon.CreateChannel())
            .ServerReflectionInfo();
        await reflection.RequestStream.WriteAsync(new() { ListServices = "" }).WaitAsync(Patience.Limit);
        Assert.True(await reflection.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));

        // Without the drain's signal both would stay until the drain's end, 30 s, which is in the daemon's own time:
        // ended by Unavailable, not by an aborted connection, tells the difference.
        await daemon.StopAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => watch.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        Assert.Contains("shutting down", exception.Status.Detail, StringComparison.Ordinal);
    }
}
