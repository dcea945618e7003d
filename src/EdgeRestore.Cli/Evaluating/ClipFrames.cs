using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Video;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>Frames of a video file as they are, with the motion between them found by matching blocks.</summary>
internal sealed class ClipFrames(VideoSource source, int frameCount, Screen screen)
{
    /// <summary>Frames a second, once the first frame is there; 25 where the file does not tell.</summary>
    public double FramesPerSecond { get; private set; } = 25;

    public async IAsyncEnumerable<MovingFrame> ReadAsync([EnumeratorCancellation] CancellationToken token)
    {
        source.RequireExists();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var frames = Channel.CreateBounded<VideoFrame>(2);
        var reader = new VideoReader(source, new VideoSettings(), screen);
        var reading = Task.Run(() => reader.RunAsync(frames.Writer, stop.Token), CancellationToken.None);
        Frame? before = null;
        try
        {
            var format = await reader.Opened.WaitAsync(token);
            FramesPerSecond = format.Rate?.PerSecond ?? FramesPerSecond;
            var count = 0;
            await foreach (var frame in frames.Reader.ReadAllAsync(token))
            {
                using var taken = frame;
                var given = Frame.Rent(format.Width, format.Height, PixelFormat.Rgb24);
                VideoPixels.ToRgb(format, frame.Bytes.Span, given);
                var flow = before is null ? null : BlockMatching.EstimateChecked(before, given);
                before?.Dispose();
                before = given;
                yield return new MovingFrame(null, given, flow);
                if (++count == frameCount)
                {
                    break;
                }
            }
        }
        finally
        {
            before?.Dispose();
            await stop.CancelAsync();

            // The reader waits for room in the channel until it is told to stop.
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (frames.Reader.TryRead(out var left))
            {
                left.Dispose();
            }
        }
    }
}
