using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Substitutes.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task Duplex_HundredMessagesOf300KB_ComeBackInOrderThenTrailers()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        using var call = new Echo.EchoClient(channel).Duplex();
        var payload = ByteString.CopyFrom(new byte[300_000]);

        for (var number = 0; number < 100; number++)
        {
            await call.RequestStream.WriteAsync(new EchoMessage { Number = number, Payload = payload })
                .WaitAsync(EchoServer.Patience);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
            Assert.Equal(number, call.ResponseStream.Current.Number);
            Assert.Equal(300_000, call.ResponseStream.Current.Payload.Length);
        }

        await call.RequestStream.CompleteAsync().WaitAsync(EchoServer.Patience);
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("done", call.GetTrailers().GetValue("t-text"));
    }

    [Fact]
    public async Task ClientStreaming_Completed_GivesOneResponse()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        using var call = new Echo.EchoClient(channel).ClientStreaming();

        await call.RequestStream.WriteAsync(new EchoMessage { Number = 2 }, CancellationToken.None)
            .WaitAsync(EchoServer.Patience);
        await call.RequestStream.WriteAsync(new EchoMessage { Number = 40 }).WaitAsync(EchoServer.Patience);
        await call.RequestStream.CompleteAsync().WaitAsync(EchoServer.Patience);

        Assert.Equal(42, (await call.ResponseAsync.WaitAsync(EchoServer.Patience)).Number);
    }

    [Fact]
    public async Task ServerStreaming_ReadAll_GivesEveryMessage()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        using var timeout = new CancellationTokenSource(EchoServer.Patience);
        using var call = new Echo.EchoClient(channel).ServerStreaming(new EchoMessage { Number = 5 });

        var numbers = new List<int>();
        await foreach (var message in call.ResponseStream.ReadAllAsync(timeout.Token))
        {
            numbers.Add(message.Number);
        }

        Assert.Equal([0, 1, 2, 3, 4], numbers);
    }

    [Fact]
    public async Task Blocking_Unary_GivesTheResponse()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();

        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + EchoServer.Patience;
        Assert.Equal(3, new Echo.EchoClient(channel).Unary(new EchoMessage { Number = 3 }, deadline: deadline).Number);
    }

    [Fact]
    public async Task RequestAskedForGzip_ArrivesWhole()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        var request = new EchoMessage { Payload = ByteString.CopyFrom(new byte[50_000]) };

        var response = await new Echo.EchoClient(channel)
            .UnaryAsync(request, new Metadata { { "grpc-internal-encoding-request", "gzip" } })
            .ResponseAsync.WaitAsync(EchoServer.Patience);

        Assert.Equal(request, response);
    }

    [Fact]
    public void Deflate_Compressed_IsInZlibFormatAndLeavesTheStreamOpen()
    {
        var provider = new DeflateCompressionProvider(CompressionLevel.Optimal);
        using var compressed = new MemoryStream();
        using (var stream = provider.CreateCompressionStream(compressed, null))
        {
            stream.Write(new byte[1000]);
        }

        Assert.Equal(0x78, compressed.ToArray()[0]);
        compressed.Position = 0;
        using var back = new MemoryStream();
        using (var stream = provider.CreateDecompressionStream(compressed))
        {
            stream.CopyTo(back);
        }

        Assert.Equal(1000, back.Length);
        Assert.True(compressed.CanRead);
    }
}
