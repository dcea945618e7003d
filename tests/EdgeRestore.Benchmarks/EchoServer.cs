using System.Net;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeRestore.Benchmarks;

/// <summary>grpc-dotnet with our messages and nothing behind it: payloads go back as they came.</summary>
internal static class EchoServer
{
    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.MapGrpcService<EchoService>();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Console.WriteLine($"listening on {address.Addresses.Single()}");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private sealed class EchoService : RestoreService.RestoreServiceBase
    {
        public override async Task Restore(
            IAsyncStreamReader<RestoreRequest> requests, IServerStreamWriter<RestoreReply> replies,
            ServerCallContext context)
        {
            while (await requests.MoveNext(context.CancellationToken))
            {
                var reply = requests.Current.MessageCase == RestoreRequest.MessageOneofCase.Open
                    ? new RestoreReply { Opened = new StreamOpened() }
                    : new RestoreReply
                    {
                        Frame = new FrameReply
                        {
                            Sequence = requests.Current.Frame.Sequence,
                            Payload = requests.Current.Frame.Payload,
                        },
                    };
                await replies.WriteAsync(reply, context.CancellationToken);
            }
        }
    }
}
