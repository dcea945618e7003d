using System.Net;
using System.Net.Sockets;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace EdgeRestore.EndToEnd;

public sealed class HealthTests
{
    [Theory]
    [InlineData("")]
    [InlineData("edgerestore.v1.RestoreService")]
    public async Task Check_KnownService_IsServing(string service)
    {
        await using var daemon = await RunningDaemon.StartAsync();

        var reply = await new Health.HealthClient(daemon.CreateChannel())
            .CheckAsync(new HealthCheckRequest { Service = service }).ResponseAsync.WaitAsync(Patience.Limit);

        Assert.Equal(ServingStatus.Serving, reply.Status);
        Assert.True(await daemon.CreateClient().IsServingAsync().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        await using var daemon = await RunningDaemon.StartAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => new Health.HealthClient(daemon.CreateChannel())
            .CheckAsync(new HealthCheckRequest { Service = "nobody" }).ResponseAsync.WaitAsync(Patience.Limit));

        Assert.Equal(StatusCode.NotFound, exception.StatusCode);
    }

    [Fact]
    public async Task Watch_UnknownService_SaysSoAndStaysOpen()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var watch = new Health.HealthClient(daemon.CreateChannel())
            .Watch(new HealthCheckRequest { Service = "nobody" });

        Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));

        Assert.Equal(ServingStatus.ServiceUnknown, watch.ResponseStream.Current.Status);
        Assert.False(watch.ResponseStream.MoveNext(default).IsCompleted);
    }

    [Fact]
    public async Task NoDaemon_ClientSaysThatNobodyAnswersAndWhatToDo()
    {
        // Bound by this test, so that nobody else gets the port, and listened to by nobody.
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = new Uri($"http://{port.LocalEndPoint}");
        using var client = new Client.RestoreClient(address);
        var exception = await Assert.ThrowsAsync<Client.DaemonException>(
            () => client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Contains(address.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains("edgerestore serve", exception.Message, StringComparison.Ordinal);
    }
}
