using Grpc.Core;

namespace Grpc.Substitutes.Tests;

public sealed class StatusTests
{
    [Fact]
    public async Task ServiceThrowsRpcException_ClientGetsStatusDetailAndTrailers()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();

        var call = new Echo.EchoClient(channel).UnaryAsync(
            new EchoMessage(), new Metadata { { "ask-for", "status" } });
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(EchoServer.Patience));

        Assert.Equal(StatusCode.FailedPrecondition, exception.StatusCode);
        Assert.Equal("Motor läuft: 100 %", exception.Status.Detail);
        Assert.Equal("tested", exception.Trailers.GetValue("why"));
        Assert.Equal(StatusCode.FailedPrecondition, call.GetStatus().StatusCode);
        Assert.Contains("FailedPrecondition", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceThrowsAnythingElse_StatusIsUnknownAndServerLogsAnError()
    {
        await using var server = await EchoServer.StartAsync(announcedErrors: "The tested failure.");
        using var channel = server.CreateChannel();

        var exception = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel)
            .UnaryAsync(new EchoMessage(), new Metadata { { "ask-for", "exception" } })
            .ResponseAsync.WaitAsync(EchoServer.Patience));

        Assert.Equal(StatusCode.Unknown, exception.StatusCode);
    }

    [Fact]
    public async Task MethodNotServed_StatusIsUnimplemented()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        var method = new Method<EchoMessage, EchoMessage>(
            MethodType.Unary,
            "grpc.substitutes.tests.Echo",
            "Missing",
            Marshallers.Create<EchoMessage>(_ => [], _ => new EchoMessage()),
            Marshallers.Create<EchoMessage>(_ => [], _ => new EchoMessage()));

        var exception = await Assert.ThrowsAsync<RpcException>(() => channel.CreateCallInvoker()
            .AsyncUnaryCall(method, null, default, new EchoMessage()).ResponseAsync.WaitAsync(EchoServer.Patience));

        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
    }

    [Fact]
    public async Task MessageOverTheLimit_StatusIsResourceExhausted()
    {
        await using var server = await EchoServer.StartAsync(
            configure: options => options.MaxReceiveMessageSize = 1000);
        using var channel = server.CreateChannel();

        var exception = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel)
            .UnaryAsync(new EchoMessage { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[1001]) })
            .ResponseAsync.WaitAsync(EchoServer.Patience));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    [Fact]
    public void DefaultSuccess_IsOkWithoutDetail()
    {
        Assert.Equal(StatusCode.OK, Status.DefaultSuccess.StatusCode);
        Assert.Equal("Status(StatusCode=\"OK\", Detail=\"\")", Status.DefaultSuccess.ToString());
    }
}
