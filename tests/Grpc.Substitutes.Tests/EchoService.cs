using Grpc.Core;

namespace Grpc.Substitutes.Tests;

/// <summary>Answers with what it was sent; request headers ask for failures.</summary>
internal sealed class EchoService(EchoServer server) : Echo.EchoBase
{
    public override async Task<EchoMessage> Unary(EchoMessage request, ServerCallContext context)
    {
        server.LastHeaders = context.RequestHeaders;
        server.LastDeadline = context.Deadline;
        switch (context.RequestHeaders.GetValue("ask-for"))
        {
            case "metadata":
                await context.WriteResponseHeadersAsync(
                    new Metadata { { "h-text", "head" }, { "h-bin", new byte[] { 0, 255 } } });
                context.ResponseTrailers.Add("t-text", "tail");
                context.ResponseTrailers.Add("t-bin", [1, 2, 254]);
                break;
            case "status":
                throw new RpcException(
                    new Status(StatusCode.FailedPrecondition, "Motor läuft: 100 %"),
                    new Metadata { { "why", "tested" } });
            case "exception":
                throw new InvalidOperationException("The tested failure.");
            case "wait":
                server.CallArrived.TrySetResult();
                using (context.CancellationToken.Register(() => server.CallCanceled.TrySetResult()))
                {
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }

                break;
        }

        return request;
    }

    public override async Task<EchoMessage> ClientStreaming(
        IAsyncStreamReader<EchoMessage> requestStream, ServerCallContext context)
    {
        var sum = 0;
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
        {
            sum += message.Number;
        }

        return new EchoMessage { Number = sum };
    }

    public override async Task ServerStreaming(
        EchoMessage request, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context)
    {
        for (var number = 0; number < request.Number; number++)
        {
            await responseStream.WriteAsync(new EchoMessage { Number = number }, context.CancellationToken);
        }
    }

    public override async Task Duplex(
        IAsyncStreamReader<EchoMessage> requestStream,
        IServerStreamWriter<EchoMessage> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(requestStream.Current);
        }

        context.ResponseTrailers.Add("t-text", "done");
    }
}
