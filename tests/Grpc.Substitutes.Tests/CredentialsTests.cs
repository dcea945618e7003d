using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.Substitutes.Tests;

public sealed class CredentialsTests
{
    [Fact]
    public async Task ComposedCallCredentials_OverTls_BothReachTheServer()
    {
        await using var server = await EchoServer.StartAsync(tls: true);
        var seen = "";
        var token = CallCredentials.FromInterceptor((context, metadata) =>
        {
            seen = $"{context.ServiceUrl} {context.MethodName}";
            metadata.Add("authorization", "Bearer tested");
            return Task.CompletedTask;
        });
        var site = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("site", "hall-3");
            return Task.CompletedTask;
        });
        using var channel = server.CreateChannel(
            ChannelCredentials.Create(ChannelCredentials.SecureSsl, CallCredentials.Compose(token, site)));

        await new Echo.EchoClient(channel).UnaryAsync(new EchoMessage()).ResponseAsync.WaitAsync(EchoServer.Patience);

        Assert.Equal("Bearer tested", server.LastHeaders!.GetValue("authorization"));
        Assert.Equal("hall-3", server.LastHeaders.GetValue("site"));
        Assert.EndsWith("grpc.substitutes.tests.Echo Unary", seen, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_InsecureChannelWithCallCredentials_Throws() =>
        Assert.Throws<ArgumentException>(() => ChannelCredentials.Create(
            ChannelCredentials.Insecure, CallCredentials.FromInterceptor((_, _) => Task.CompletedTask)));

    [Fact]
    public void Compose_OneCredential_Throws() =>
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(
            CallCredentials.FromInterceptor((_, _) => Task.CompletedTask)));

    [Fact]
    public async Task ServerInterceptor_StandsAroundCalls()
    {
        await using var server = await EchoServer.StartAsync(
            configure: options => options.Interceptors.Add<Refusing>());
        using var channel = server.CreateChannel();

        var exception = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel)
            .UnaryAsync(new EchoMessage()).ResponseAsync.WaitAsync(EchoServer.Patience));

        Assert.Equal(StatusCode.PermissionDenied, exception.StatusCode);
    }

    private sealed class Refusing : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, context.Method));
    }
}
