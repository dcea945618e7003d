using System.Diagnostics;
using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Client;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Cli.Demo;

/// <summary>Frames through a daemon, a stream for each: nothing is smoothed from one photograph to the next.</summary>
internal sealed class DaemonFrames(RestoreClient client)
{
    public async Task<RoutedFrame> RestoreAsync(Frame degraded, Frame restored, CancellationToken token)
    {
        var settings = new OpenStream
        {
            StreamName = "demo",
            Raw = new RawLayout
            {
                Layout = PixelFormat.Rgb24.ToWire(),
                Width = (uint)degraded.Width,
                Height = (uint)degraded.Height,
            },
            Delivery = Delivery.Lossless,
            Auto = new AutoRoute { ClassifyEveryFrames = 1 },
        };
        await using var stream = await client.OpenAsync(settings, cancellationToken: token);
        var started = Stopwatch.GetTimestamp();
        await stream.SendAsync(degraded.Memory, cancellationToken: token);
        await stream.CompleteAsync();
        await foreach (var reply in stream.ReceiveAsync(token))
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (reply.Message.Length > 0)
            {
                throw new EdgeRestoreException($"The daemon could not restore a frame: {reply.Message}");
            }

            reply.Payload.Span.CopyTo(restored.Pixels);
            return new RoutedFrame(reply.Route, reply.Confidence, reply.Bypassed, elapsed);
        }

        throw new EdgeRestoreException("The daemon ended a stream without answering its frame. Its log tells more.");
    }
}
