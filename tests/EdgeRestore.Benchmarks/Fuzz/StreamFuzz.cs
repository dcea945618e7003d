using EdgeRestore.Client;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Benchmarks.Fuzz;

/// <summary>Damaged messages in streams to a running daemon, which answers, refuses, and goes on.</summary>
internal static class StreamFuzz
{
    private const int MessagesPerStream = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Bytes as they are, where generated code would make a message of them.
    private static readonly Method<byte[], byte[]> Restore = new(
        MethodType.DuplexStreaming,
        RestoreService.Descriptor.FullName,
        nameof(Restore),
        Marshallers.Create(static bytes => bytes, static bytes => bytes),
        Marshallers.Create(static bytes => bytes, static bytes => bytes));

    // Whose fault it is must be said: these are the sender's, and a stream that is cut short.
    private static readonly StatusCode[] Allowed =
    [
        StatusCode.OK, StatusCode.InvalidArgument, StatusCode.FailedPrecondition, StatusCode.ResourceExhausted,
    ];

    public static async Task<(int Taken, int Refused)> RunAsync(Uri address, Random random, int count)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var images = new[] { WireCodec.Jpeg, WireCodec.Png, WireCodec.Webp }
            .Select(codec => (Codec: codec, Bytes: ImageFuzz.Encode(codec, random))).ToArray();
        var (taken, refused) = (0, 0);
        for (var done = 0; done < count; done += MessagesPerStream)
        {
            var image = images[random.Next(images.Length)];
            var messages = Enumerable.Range(1, MessagesPerStream - 1).Select(number => random.Next(10) == 0
                ? Damage.Of(MessageFuzz.Create(random), random)
                : Frame((ulong)number, Damage.Of(image.Bytes, random)));
            var open = random.Next(4) == 0 ? Damage.Of(Open(image.Codec), random) : Open(image.Codec);
            var replies = await ExchangeAsync(channel, [open, .. messages]);
            taken += replies.Frames;
            refused += MessagesPerStream - replies.Frames;
        }

        await ExpectSoundAsync(address);
        return (taken, refused);
    }

    private static async Task<(int Frames, StatusCode Status)> ExchangeAsync(GrpcChannel channel, byte[][] messages)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            Restore, null, new CallOptions(cancellationToken: patience.Token));
        var frames = 0;
        var status = StatusCode.OK;
        var sending = SendAsync();
        try
        {
            while (await call.ResponseStream.MoveNext(patience.Token))
            {
                var reply = RestoreReply.Parser.ParseFrom(call.ResponseStream.Current);
                frames += reply.MessageCase == RestoreReply.MessageOneofCase.Frame ? 1 : 0;
            }
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
        }

        await sending;
        return Allowed.Contains(status)
            ? (frames, status)
            : throw new FuzzException(
                $"The stream ended with {status}.", messages.SelectMany(bytes => bytes).ToArray());

        async Task SendAsync()
        {
            try
            {
                foreach (var message in messages)
                {
                    await call.RequestStream.WriteAsync(message);
                }

                await call.RequestStream.CompleteAsync();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException
                or OperationCanceledException)
            {
                // The daemon has ended the stream; its status says why.
            }
        }
    }

    private static async Task ExpectSoundAsync(Uri address)
    {
        using var client = new RestoreClient(address);
        await using var stream = await client.OpenAsync(LatencyBenchmark.Open(64, 48, Degradations.Degradation.Rain));
        await stream.SendAsync(LatencyBenchmark.Payload(64, 48));
        await stream.CompleteAsync();
        await foreach (var frame in stream.ReceiveAsync())
        {
            LatencyBenchmark.RequireRestored(frame);
        }

        var status = await client.GetStatusAsync();
        if (status.Frames.Restored == 0)
        {
            throw new FuzzException("The daemon restores nothing any more.", []);
        }
    }

    private static byte[] Open(WireCodec codec) => Google.Protobuf.MessageExtensions.ToByteArray(new RestoreRequest
    {
        Open = new OpenStream { StreamName = "fuzz", Codec = codec, RawOutput = PixelLayout.Rgb24 },
    });

    private static byte[] Frame(ulong sequence, byte[] payload) =>
        Google.Protobuf.MessageExtensions.ToByteArray(new RestoreRequest
        {
            Frame = new FrameRequest
            {
                Sequence = sequence,
                Payload = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(payload),
            },
        });
}
