using Grpc.Core;

namespace Grpc.Substitutes.Tests;

public sealed class ShutdownTests
{
    [Fact]
    public async Task ServerStopped_NewCallsAreUnavailable()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        var client = new Echo.EchoClient(channel);
        await client.UnaryAsync(new EchoMessage()).ResponseAsync.WaitAsync(EchoServer.Patience);

        await server.StopAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoMessage()).ResponseAsync.WaitAsync(EchoServer.Patience));
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
    }
}
