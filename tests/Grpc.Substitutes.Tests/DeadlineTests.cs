using Grpc.Core;

namespace Grpc.Substitutes.Tests;

public sealed class DeadlineTests
{
    [Fact]
    public async Task DeadlinePasses_EndsTheCallOnBothSides()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        DateTime deadline;
        var time = TimeSpan.FromMilliseconds(100);
        do
        {
            // On a busy machine a short one passes before the call has reached the server.
            time *= 2;
            deadline = TimeProvider.System.GetUtcNow().UtcDateTime + time;
            var exception = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel)
                .UnaryAsync(new EchoMessage(), new Metadata { { "ask-for", "wait" } }, deadline)
                .ResponseAsync.WaitAsync(EchoServer.Patience));

            Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        }
        while (!server.CallArrived.Task.IsCompleted);
        await server.CallCanceled.Task.WaitAsync(EchoServer.Patience);
        Assert.InRange(server.LastDeadline, deadline.AddSeconds(-5), deadline.AddSeconds(5));
    }

    [Fact]
    public async Task ClientCancels_ReachesTheServerAndIsNoError()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        using var cancellation = new CancellationTokenSource();

        var options = new CallOptions(new Metadata { { "ask-for", "wait" } }).WithCancellationToken(cancellation.Token);
        var response = new Echo.EchoClient(channel).UnaryAsync(new EchoMessage(), options).ResponseAsync;
        await server.CallArrived.Task.WaitAsync(EchoServer.Patience);
        await cancellation.CancelAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => response.WaitAsync(EchoServer.Patience));
        Assert.Equal(StatusCode.Cancelled, exception.StatusCode);
        await server.CallCanceled.Task.WaitAsync(EchoServer.Patience);
    }

    [Fact]
    public async Task NoDeadline_ServerSeesNone()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();

        await new Echo.EchoClient(channel).UnaryAsync(new EchoMessage()).ResponseAsync.WaitAsync(EchoServer.Patience);

        Assert.Equal(DateTime.MaxValue, server.LastDeadline);
    }
}
