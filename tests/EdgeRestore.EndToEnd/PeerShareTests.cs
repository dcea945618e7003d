using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using EdgeRestore.Client;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace EdgeRestore.EndToEnd;

/// <summary>One client takes all that it can get, and another one still gets in.</summary>
public sealed class PeerShareTests : IDisposable
{
    // Three of them are one client's.
    private static readonly LimitOptions FourStreams = new() { MaxStreams = 4 };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task GreedyConnection_GetsItsShareAndAnotherOneGetsIn()
    {
        await using var daemon = await RunningDaemon.StartAsync(limits: FourStreams);
        var greedy = daemon.CreateClient();
        var taken = await TakeAsync(greedy, 3);

        var refused = await Assert.ThrowsAsync<DaemonException>(() => TakeAsync(greedy, 1));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("all 3 of 4 streams that one client may have", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Peers:SharePercent (now 75)", refused.Message, StringComparison.Ordinal);

        await using (var other = await daemon.OpenAsync(Streaming.Rgb()))
        {
            Assert.Single(await other.ExchangeAsync(Streaming.Paint()));
        }

        // What it gives back it may take again.
        Assert.Empty(await taken[0].ExchangeAsync());
        await Patience.UntilSeenAsync(() => daemon.Streams.Registry.OpenCount, count => count == 2);
        taken.AddRange(await TakeAsync(greedy, 1));
        foreach (var stream in taken)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task ManyConnectionsOfOneToken_AreOneClient()
    {
        File.WriteAllLines(
            _folder.Combine("tokens"),
            ((string[])["greedy", "other"]).Select(
                name => $"{name} stream {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}"));
        await using var daemon =
            await RunningDaemon.StartAsync(limits: FourStreams, configure: settings => settings with
            {
                Listen = settings.Listen with { HttpEndpoint = "127.0.0.1:0" },
                Security = settings.Security with { Tokens = _folder.Combine("tokens") },
            });
        for (var connection = 0; connection < 3; connection++)
        {
            await TakeAsync(Connect(daemon, "greedy"), 1);
        }

        await Assert.ThrowsAsync<DaemonException>(() => TakeAsync(Connect(daemon, "greedy"), 1));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(daemon, "greedy"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(daemon, "other"));
        await TakeAsync(Connect(daemon, "other"), 1);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PostAsync(daemon, "other"));
    }

    [Fact]
    public async Task ManyConnectionsOfOneProcessOverAUnixSocket_AreOneClient()
    {
        var socket = _folder.Combine("daemon.sock");
        await using var daemon =
            await RunningDaemon.StartAsync(limits: FourStreams, configure: settings => settings with
            {
                Listen = settings.Listen with { Endpoint = $"unix:{socket}" },
            });
        for (var connection = 0; connection < 3; connection++)
        {
            await TakeAsync(daemon.Keep(new RestoreClient(new Uri($"unix:{socket}"))), 1);
        }

        var refused = await Assert.ThrowsAsync<DaemonException>(
            () => TakeAsync(daemon.Keep(new RestoreClient(new Uri($"unix:{socket}"))), 1));
        Assert.Contains("one client may have", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    public void Addresses_OfOneNetwork_AreOneClient(string one, string other, bool isSame) =>
        Assert.Equal(isSame, PeerAt(one) == PeerAt(other));

    [Theory]
    [InlineData("192.0.2.7", 3)]
    [InlineData("127.0.0.1", 4)]
    public async Task ConnectionsOfOneAddress_AreCutAtItsShare(string address, int letIn)
    {
        var share = new ConnectionShare(new PeerOptions { MaxConnections = 4, SharePercent = 75 });
        var open = new TaskCompletionSource();
        var openCount = 0;
        var limit = share.Limit(_ =>
        {
            openCount++;
            return open.Task;
        });
        Task Connect(string from) => limit(new DefaultConnectionContext
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(from), 1000),
        });

        var connections = Enumerable.Range(0, 4).Select(_ => Connect(address)).ToList();

        Assert.Equal(letIn, openCount);
        connections.Add(Connect("192.0.2.8"));
        Assert.Equal(letIn + 1, openCount);
        open.SetResult();
        await Task.WhenAll(connections).WaitAsync(Patience.Limit);
        await Connect(address).WaitAsync(Patience.Limit);
        Assert.Equal(letIn + 2, openCount);
    }

    public void Dispose() => _folder.Dispose();

    private static Peer PeerAt(string address) => Peer.Of(new DefaultHttpContext
    {
        Connection = { RemoteIpAddress = IPAddress.Parse(address), Id = Guid.NewGuid().ToString() },
    });

    private static async Task<List<RestoreStream>> TakeAsync(RestoreClient client, int count)
    {
        var streams = new List<RestoreStream>();
        while (streams.Count < count)
        {
            streams.Add(await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit));
        }

        return streams;
    }

    private RestoreClient Connect(RunningDaemon daemon, string token)
    {
        File.WriteAllText(_folder.Combine(token), token);
        return daemon.Keep(new RestoreClient(
            daemon.Address, new RestoreClientOptions { TokenFile = _folder.Combine(token) }));
    }

    private static async Task<HttpStatusCode> PostAsync(RunningDaemon daemon, string token)
    {
        using var http = new HttpClient { Timeout = Patience.Limit };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var image = new ByteArrayContent(Streaming.Encode(ImageCodec.Jpeg));
        using var answer = await http.PostAsync(new Uri(daemon.HttpAddress, "/v1/restore"), image);
        return answer.StatusCode;
    }
}
