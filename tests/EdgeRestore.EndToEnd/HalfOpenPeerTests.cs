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
        await using var stream = await OpenAsync(client);

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
        await using var stream = await OpenAsync(client);

        network.Swallow();

        var exception = await Assert.ThrowsAsync<DaemonException>(() => stream.ReceiveAsync().ToListAsync());
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Contains("answered no ping", exception.Message, StringComparison.Ordinal);
    }

    // A ping is to be answered within a second, which a busy machine may not manage: what is lost so is opened again.
    private static async Task<RestoreStream> OpenAsync(RestoreClient client)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            RestoreStream? stream = null;
            try
            {
                stream = await client.OpenAsync(Streaming.Rgb(), cancellationToken: timeout.Token);
                await stream.SendAsync(Streaming.Paint(), cancellationToken: timeout.Token);
                await foreach (var reply in stream.ReceiveAsync(timeout.Token))
                {
                    Assert.Equal(RestoreError.None, reply.Error);
                    return stream;
                }
            }
            catch (DaemonException exception) when (exception.StatusCode == StatusCode.Unavailable)
            {
                await (stream?.DisposeAsync() ?? default);
            }
        }
    }
}
