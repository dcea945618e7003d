using EdgeRestore.Client;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>A network that swallows everything, and tells neither side that the other has gone.</summary>
public sealed class HalfOpenPeerTests
{
    // Kestrel's own clock measures these: as short as it allows. Nothing is judged by how long it takes.
    private const int PingSeconds = 2;

    [Fact]
    public async Task PeerThatNothingReaches_LosesItsPlaceAndItsFrames()
    {
        await using var daemon = await RunningDaemon.StartAsync(
            configure: settings => settings with { Peers = new PeerOptions { PingSeconds = PingSeconds } });
        await using var network = new BlackHole(daemon.Address);
        using var client = new RestoreClient(network.Address);
        await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
        Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(1, daemon.Streams.Registry.OpenCount);

        network.Swallow();

        await Patience.UntilSeenAsync(
            () => (daemon.Streams.Registry.OpenCount, daemon.Streams.Memory.ReservedBytes), left => left == (0, 0));
        Assert.False(network.HasClosed);
    }

    [Fact]
    public async Task DaemonThatIsNotReached_ClientGetsUnavailable()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var network = new BlackHole(daemon.Address);
        using var client = new RestoreClient(
            network.Address, new RestoreClientOptions { PingTime = TimeSpan.FromSeconds(PingSeconds) });
        await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();

        network.Swallow();

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Contains("answered no ping", exception.Message, StringComparison.Ordinal);
    }
}
