using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.V1;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;

namespace EdgeRestore.Daemon.Singles;

/// <summary>
/// Frames that come one by one, by REST or the Open Inference Protocol: through the same gates as streams'.
/// </summary>
/// <remarks>One frame at a time; whoever asks holds a stream's place.</remarks>
internal static class SingleFrame
{
    // As FramePipeline counts: the payload, its pixels, their result, and what is sent of it.
    private const int PixelCopies = 2;

    /// <summary>Decodes, restores and encodes one frame.</summary>
    /// <param name="host">What streams share.</param>
    /// <param name="payload">The frame as it came; the reply may be the same memory.</param>
    /// <param name="request">What to make of it.</param>
    /// <param name="cancellationToken">Ends the waiting for a turn.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<SingleReply> RestoreAsync(
        StreamHost host, ReadOnlyMemory<byte> payload, SingleRequest request, CancellationToken cancellationToken)
    {
        var arrivedAt = host.Clock.GetTimestamp();
        var counter = request.Place.Frames;
        host.Metrics.FrameEntered(payload.Length);
        counter.AddReceived();
        try
        {
            SingleReply reply;
            try
            {
                reply = await RunAsync(host, payload, request, arrivedAt, cancellationToken);
            }
            catch (EdgeRestoreException exception)
            {
                reply = SingleReply.Failed(
                    exception is ImageException ? RestoreError.Input : RestoreError.Engine, exception.Message);
            }

            if (reply.Error == RestoreError.None)
            {
                host.Metrics.FrameAnswered(reply.Result, reply.Times, reply.Payload.Length);
                if (reply.Result.Bypassed)
                {
                    counter.AddBypassed();
                }
                else
                {
                    counter.AddRestored();
                }
            }
            else
            {
                host.Metrics.FrameFailed(reply.Error);
                counter.AddFailed();
            }

            return reply;
        }
        finally
        {
            host.Metrics.FrameLeft(payload.Length);
        }
    }

    private static async Task<SingleReply> RunAsync(
        StreamHost host,
        ReadOnlyMemory<byte> payload,
        SingleRequest request,
        long arrivedAt,
        CancellationToken cancellationToken)
    {
        using var reader = new PayloadReader(
            request.Input, default, host.Limits, host.Restorer.Package.Manifest.Network.MinSidePixels);
        if (reader.FindFault(payload.Length) is { } fault)
        {
            return SingleReply.Failed(RestoreError.Input, fault);
        }

        if (!request.Memory.TryRaiseTo(request.HeldBytes + payload.Length))
        {
            return NoMemory(host, $"payloads of {payload.Length} bytes");
        }

        Frame input;
        var start = host.Clock.GetTimestamp();
        await host.CodecGate.WaitAsync(cancellationToken);
        try
        {
            using var bytes = PooledBytes.Rent(payload.Length);
            payload.Span.CopyTo(bytes.Span);
            input = reader.Read(bytes);
        }
        finally
        {
            host.CodecGate.Release();
        }

        using (input)
        {
            var decode = host.Clock.GetElapsedTime(start);
            var pixelBytes = (long)input.LengthBytes * (PixelCopies + 1);
            if (!request.Memory.TryRaiseTo(request.HeldBytes + payload.Length + pixelBytes))
            {
                return NoMemory(host, $"frames of {input.Width}x{input.Height}");
            }

            using var output = Frame.Rent(input.Width, input.Height, PixelFormat.Rgb24);
            var (result, package) = await ComputeAsync(host, input, output, request, cancellationToken);
            if (result.Error != RestoreError.None)
            {
                return SingleReply.Failed(result.Error, result.Detail ?? "No reason was given.");
            }

            if (!result.Bypassed)
            {
                request.Place.Observe(input.Width, input.Height, result.Route);
            }

            // What passes through goes back as it came.
            start = host.Clock.GetTimestamp();
            var bytes = result.Bypassed && request.Input.IsOfKind(request.Output)
                ? payload
                : await EncodeAsync(host, output, request, payload, cancellationToken);
            var encode = host.Clock.GetElapsedTime(start);
            var total = request.Waited + host.Clock.GetElapsedTime(arrivedAt);
            var queue = total - decode - result.Classify - result.Run - encode;
            return new SingleReply
            {
                Payload = bytes,
                Width = output.Width,
                Height = output.Height,
                Result = result,
                Package = package,
                Times = new StageTimes(total, queue > TimeSpan.Zero ? queue : TimeSpan.Zero, decode, encode),
            };
        }
    }

    private static async Task<(RestoreResult Result, ModelPackage? Package)> ComputeAsync(
        StreamHost host, Frame input, Frame output, SingleRequest request, CancellationToken cancellationToken)
    {
        await host.Turns.WaitAsync(Priority.Normal, cancellationToken);
        RestoreResult result;
        ModelPackage package;
        try
        {
            using var lease = host.Packages.Lease(request.Place.Number);
            package = lease.Served.Restorer.Package;
            result = lease.Served.Restore(
                input, output, request.Router.For(lease.Served), request.Strength, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            // Between asking and its turn the package became another one, without the route.
            var none = TimeSpan.Zero;
            return (new RestoreResult(
                RestoreError.Engine, exception.Message, default, BypassReason.None, Confidence: 0, none, none), null);
        }
        finally
        {
            host.Turns.Release();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return (result, package);
    }

    private static async Task<ReadOnlyMemory<byte>> EncodeAsync(
        StreamHost host,
        Frame output,
        SingleRequest request,
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken)
    {
        using var writer = new PayloadWriter(request.Output, default);
        await host.CodecGate.WaitAsync(cancellationToken);
        try
        {
            if (request.IsPhotograph)
            {
                var (format, quality) = (request.Output.FileFormat, request.Output.Quality);
                return ImageCodec.EncodeLike(payload.Span, output, format, quality, ChromaSubsampling.Half);
            }

            var (encoded, owner) = writer.Write(output);
            using (owner)
            {
                // Of its own: it outlives the frame until the transport has written it.
                return encoded.ToArray();
            }
        }
        finally
        {
            host.CodecGate.Release();
        }
    }

    /// <summary>What is told where a request's memory cannot be reserved.</summary>
    public static string ExplainNoMemory(StreamHost host, string what) =>
        Protocol.WireStatus.NoMemory(what, host.Memory.FreeBytes, host.Memory.MaxBytes, host.Memory.SharePercent);

    private static SingleReply NoMemory(StreamHost host, string what) =>
        SingleReply.Failed(RestoreError.Capacity, ExplainNoMemory(host, what));
}
