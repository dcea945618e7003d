using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using EdgeRestore.Cli.Streaming;
using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Cli.Video;

/// <summary>Restores a video through a daemon, over one stream.</summary>
internal sealed class DaemonVideoRestoration : IVideoRestoration
{
    // Enough to keep the daemon busy while answers travel; few enough to stop soon.
    private const int FramesInFlight = 3;

    private readonly RestoreStream _stream;
    private readonly VideoFormat _format;
    private readonly ConcurrentQueue<(ulong Sequence, VideoFrame Frame, long Started)> _sent = new();

    private DaemonVideoRestoration(RestoreStream stream, VideoFormat format)
    {
        _stream = stream;
        _format = format;
    }

    public string Description => $"package {_stream.Opened.PackageName} {_stream.Opened.PackageVersion} on "
        + $"{_stream.Opened.Device}, stream {_stream.Opened.StreamName}, {_stream.Opened.Delivery.ToWireName()}";

    // Odd sides have no I420 on the wire.
    private bool TravelsAsRgb => _format.IsOdd && _format.Layout == PixelFormat.I420;

    /// <param name="settings">Name, delivery, route and strength; what the frames are is filled in here.</param>
    /// <exception cref="DaemonException">The daemon refused the settings, is full, or does not answer.</exception>
    public static async Task<IVideoRestoration> OpenAsync(
        RestoreClient client, OpenStream settings, VideoFormat format, CancellationToken token)
    {
        var layout = format is { IsOdd: true, Layout: PixelFormat.I420 } ? PixelFormat.Rgb24 : format.Layout;
        settings.Raw = new RawLayout
        {
            Layout = layout.ToWire(),
            Width = (uint)format.Width,
            Height = (uint)format.Height,
        };
        settings.YuvMatrix = format.Encoding.Matrix == Frames.YuvMatrix.Bt709
            ? Protocol.V1.YuvMatrix.Bt709
            : Protocol.V1.YuvMatrix.Bt601;
        settings.YuvRange = format.Encoding.Range == Frames.YuvRange.Full
            ? Protocol.V1.YuvRange.Full
            : Protocol.V1.YuvRange.Limited;
        return new DaemonVideoRestoration(await client.OpenAsync(settings, FramesInFlight, token), format);
    }

    public Task RunAsync(
        ChannelReader<VideoFrame> frames, ChannelWriter<VideoAnswer> answers, CancellationToken token)
    {
        return BothSides.RunAsync(both => SendAsync(frames, both), ReceiveAsync, token);

        async Task ReceiveAsync(CancellationToken receiving)
        {
            await foreach (var reply in _stream.ReceiveAsync(receiving))
            {
                await answers.WriteAsync(Answer(reply), receiving);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        while (_sent.TryDequeue(out var sent))
        {
            sent.Frame.Dispose();
        }
    }

    private async Task SendAsync(ChannelReader<VideoFrame> frames, CancellationTokenSource both)
    {
        ulong sequence = 0;
        try
        {
            await foreach (var frame in frames.ReadAllAsync(both.Token))
            {
                // Known before it is sent: the answer may arrive before SendAsync returns.
                _sent.Enqueue((++sequence, frame, Stopwatch.GetTimestamp()));
                await _stream.SendAsync(Payload(frame), frame.TimestampNs, both.Token);
            }

            await _stream.CompleteAsync();
        }
        catch (DaemonException exception) when (exception.StatusCode == Grpc.Core.StatusCode.Unknown)
        {
            // The stream broke; the receiver learns why.
        }
        catch
        {
            await both.CancelAsync();
            throw;
        }
    }

    private ReadOnlyMemory<byte> Payload(VideoFrame frame)
    {
        if (!TravelsAsRgb)
        {
            return frame.Bytes;
        }

        using var rgb = Frame.Rent(_format.Width, _format.Height, PixelFormat.Rgb24);
        VideoPixels.ToRgb(_format, frame.Bytes.Span, rgb);
        return rgb.Pixels.ToArray();
    }

    private VideoAnswer Answer(RestoredFrame reply)
    {
        // Answers come in the order sent: what lies before this one was dropped.
        while (_sent.TryDequeue(out var sent))
        {
            if (sent.Sequence != reply.Sequence)
            {
                sent.Frame.Dispose();
                continue;
            }

            // A frame that passes through stays as it came, to the bit, whatever way it took.
            if (reply.Error == RestoreError.None && !reply.Bypassed)
            {
                Take(reply.Payload.Span, sent.Frame);
            }

            return new VideoAnswer
            {
                Frame = sent.Frame,
                Error = reply.Message.Length == 0 ? null
                    : $"{(reply.Bypassed ? reply.BypassReason : reply.Error)}: {reply.Message}",
                Route = reply.Route.ToName(),
                Confidence = reply.Confidence,
                Bypassed = reply.Bypassed,
                Milliseconds = Stopwatch.GetElapsedTime(sent.Started).TotalMilliseconds,
                DroppedCount = (long)reply.DroppedCount,
            };
        }

        throw new EdgeRestoreException(
            $"The daemon answered frame {reply.Sequence}, which was not sent or answered before. Its log tells more.");
    }

    private void Take(ReadOnlySpan<byte> payload, VideoFrame frame)
    {
        if (!TravelsAsRgb)
        {
            payload.CopyTo(frame.Bytes.Span);
            return;
        }

        using var rgb = Frame.Rent(_format.Width, _format.Height, PixelFormat.Rgb24);
        payload.CopyTo(rgb.Pixels);
        VideoPixels.FromRgb(_format, rgb, frame.Bytes.Span);
    }
}
