using EdgeRestore.Client;
using EdgeRestore.EndToEnd.Fixtures;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>Whatever ends a connection under a stream, its user learns that the daemon is not available.</summary>
public sealed class ConnectionLossTests
{
    [Theory]
    [InlineData(Breakage.GoAway)]
    [InlineData(Breakage.Close)]
    [InlineData(Breakage.CloseWithinMessage)]
    [InlineData(Breakage.Reset)]
    public async Task ConnectionEndsUnderAStream_ReceiverGetsUnavailable(Breakage breakage)
    {
        using var server = new BreakingServer();
        using var client = new RestoreClient(server.Address);
        var opening = client.OpenAsync(Streaming.Rgb());
        await server.OpenAsync();
        await using var stream = await opening.WaitAsync(Patience.Limit);
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        var receiving = replies.MoveNextAsync().AsTask();

        await server.BreakAsync(breakage);

        var exception = await Assert.ThrowsAsync<DaemonException>(() => receiving.WaitAsync(Patience.Limit));
        Assert.Equal((breakage, StatusCode.Unavailable), (breakage, exception.StatusCode));
        Assert.StartsWith(
            $"The connection to the daemon at {server.Address} closed before the call had ended: ",
            exception.Message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            ". The daemon was stopped or the network failed. Open the stream again, here or on another daemon, and "
            + "send again what was not answered.",
            exception.Message,
            StringComparison.Ordinal);
    }
}
