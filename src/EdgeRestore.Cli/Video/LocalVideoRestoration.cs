using System.Diagnostics;
using System.Threading.Channels;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Cli.Video;

/// <summary>Restores a video in this process.</summary>
internal sealed class LocalVideoRestoration : IVideoRestoration
{
    private readonly Restorer _restorer;
    private readonly VideoFormat _format;
    private readonly StreamRouter _router;
    private readonly float _strength;
    private readonly Frame _before;
    private readonly Frame _after;

    public LocalVideoRestoration(Restorer restorer, VideoFormat format, Degradation? route, float strength)
    {
        _restorer = restorer;
        _format = format;
        _strength = strength;
        _router = restorer.CreateRouter(new RoutingOptions { FixedRoute = route });
        _before = Frame.Rent(format.Width, format.Height, PixelFormat.Rgb24);
        _after = Frame.Rent(format.Width, format.Height, PixelFormat.Rgb24);
    }

    public string Description =>
        $"package {_restorer.Package.Manifest.Name} {_restorer.Package.Manifest.Version} in this process";

    public Task RunAsync(
        ChannelReader<VideoFrame> frames, ChannelWriter<VideoAnswer> answers, CancellationToken token) =>
        Task.Run(
            async () =>
            {
                await foreach (var frame in frames.ReadAllAsync(token))
                {
                    await answers.WriteAsync(Restore(frame), token);
                }
            },
            token);

    public ValueTask DisposeAsync()
    {
        _before.Dispose();
        _after.Dispose();
        return ValueTask.CompletedTask;
    }

    private VideoAnswer Restore(VideoFrame frame)
    {
        var started = Stopwatch.GetTimestamp();
        VideoPixels.ToRgb(_format, frame.Bytes.Span, _before);
        // A frame that is begun is finished: it is one, and the file shall hold it.
        var result = _restorer.Restore(_before, _after, _router, _strength, CancellationToken.None);
        var isRestored = result.Error == RestoreError.None && !result.Bypassed;
        if (isRestored)
        {
            VideoPixels.FromRgb(_format, _after, frame.Bytes.Span);
        }

        // Otherwise the frame stays as it came, to the bit: the way over RGB and back would round.
        return new VideoAnswer
        {
            Frame = frame,
            Error = result.Detail is null
                ? null
                : $"{(result.Bypassed ? result.Bypass : result.Error)}: {result.Detail}",
            Route = result.Route.ToName(),
            Confidence = result.Confidence,
            Bypassed = result.Bypassed,
            Milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds,
        };
    }
}
