using System.Diagnostics;
using System.Threading.Channels;
using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Video;

/// <summary>
/// Frames of a source through ffmpeg, upright, 8 bits or deep gray, into a channel. A source that falls silent is given
/// up after a time; a live one is opened again, with growing pauses.
/// </summary>
internal sealed class VideoReader
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Opening takes longer than a frame does: connecting, finding out what it is, waiting for a key frame.
    private const int OpeningFactor = 3;

    private readonly VideoSource _source;
    private readonly VideoSettings _settings;
    private readonly Screen _screen;
    private readonly bool _deinterlace;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<VideoFormat> _opened = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastTimestampNs = -1;
    private long _firstFrameAt;

    public VideoReader(
        VideoSource source, VideoSettings settings, Screen screen, bool deinterlace = false, TimeProvider? time = null)
    {
        _source = source;
        _settings = settings;
        _screen = screen;
        _deinterlace = deinterlace;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The format, once the first frame is on its way; fails as the reading does.</summary>
    public Task<VideoFormat> Opened => _opened.Task;

    /// <summary>Frames that were read.</summary>
    public long FrameCount { get; private set; }

    /// <summary>How often a live source was opened again.</summary>
    public int ReconnectCount { get; private set; }

    /// <value>What ffmpeg found damaged or missing in a source that it read to its end; null: nothing.</value>
    public string? Damage { get; private set; }

    /// <summary>Arguments of the ffmpeg that decodes.</summary>
    public static IReadOnlyList<string> Arguments(VideoSource source, VideoSettings settings, bool deinterlace) =>
    [
        "-nostdin", "-hide_banner", "-loglevel", "error",
        // A file plays as a camera would when the newest frame wins.
        .. settings.IsLive && source.Kind == VideoSourceKind.File && settings.FramesPerSecond is null
            ? (string[])["-re"]
            : [],
        .. source.InputArguments(settings.InputArguments),
        // Rotation is applied by ffmpeg itself. The first layout of the list that the source has is taken as it is;
        // yuvj420p is yuv420p of full range.
        "-map", "0:v:0", "-vf",
        (deinterlace ? "yadif=deint=interlaced," : "") + "format=yuv420p|yuvj420p|gray|gray10le|gray16le",
        // Neither doubled nor left out: each frame keeps its own time.
        "-vsync", "passthrough", "-c:v", "rawvideo", "-allow_raw_vfw", "1", "-f", "matroska", "-flush_packets", "1",
        "pipe:1",
    ];

    /// <summary>Reads until the source ends for good; the channel is completed with what ended it.</summary>
    public async Task RunAsync(ChannelWriter<VideoFrame> frames, CancellationToken token)
    {
        Exception? failure = null;
        try
        {
            await ReadAllAsync(frames, token);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (!_opened.Task.IsCompleted)
        {
            _opened.TrySetException(failure ?? new EdgeRestoreException(
                $"{_source.Name} ended without a single frame. Check that it holds or sends video."));
            _ = _opened.Task.Exception;
        }

        // A person's stop is an end like another: what was read is still restored.
        frames.Complete(token.IsCancellationRequested ? null : failure);
    }

    private async Task ReadAllAsync(ChannelWriter<VideoFrame> frames, CancellationToken token)
    {
        var failures = 0;
        while (true)
        {
            var before = FrameCount;
            var end = await ReadOnceAsync(frames, token);
            token.ThrowIfCancellationRequested();
            if (end is null && !_source.IsLive)
            {
                return;
            }

            failures = FrameCount > before ? 1 : failures + 1;
            if (!_source.IsLive || !_opened.Task.IsCompletedSuccessfully
                || failures > (_settings.ReconnectCount ?? int.MaxValue))
            {
                // A live source that was told not to be opened again ends as a file does.
                if (end is null && _opened.Task.IsCompletedSuccessfully)
                {
                    return;
                }

                throw new EdgeRestoreException(
                    (end ?? $"{_source.Name} ended without a single frame.")
                    + (ReconnectCount > 0 ? $" It was opened again {ReconnectCount} times." : ""));
            }

            var pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures - 1), LongestPause.TotalSeconds));
            _screen.Remark($"{end ?? $"{_source.Name} ended."} Opening it again in {pause.TotalSeconds:F0} s ...");
            await Task.Delay(pause, _time, token);
            ReconnectCount++;
        }
    }

    // Null: the source ended in order. Else what went wrong.
    private async Task<string?> ReadOnceAsync(ChannelWriter<VideoFrame> frames, CancellationToken token)
    {
        await using var ffmpeg = FfmpegProcess.Start(
            "ffmpeg", Arguments(_source, _settings, _deinterlace), FfmpegPipes.Output);
        using var watchdog = new CancellationTokenSource(OpeningFactor * _settings.Timeout, _time);
        // A read of a pipe cannot be cancelled; the end of its writer ends it.
        await using var onToken = token.Register(ffmpeg.Kill);
        await using var onSilence = watchdog.Token.Register(ffmpeg.Kill);
        var countBefore = FrameCount;
        var waited = OpeningFactor * _settings.Timeout;
        string? fault = null;
        using var timer = _settings.FramesPerSecond is { } rate
            ? new PeriodicTimer(TimeSpan.FromSeconds(1 / rate))
            : null;
        try
        {
            var matroska = new MatroskaReader(new BufferedStream(ffmpeg.Output, 1 << 16));
            if (await Task.Run(matroska.ReadHeader, CancellationToken.None) is { } format)
            {
                Admit(format);
                var offsetNs = NextOffsetNs();
                while (await Task.Run(matroska.ReadFrame, CancellationToken.None) is { } frame)
                {
                    // The time that others take for the frame is not the source's.
                    watchdog.CancelAfter(Timeout.InfiniteTimeSpan);
                    frame.TimestampNs = Math.Max(frame.TimestampNs + offsetNs, _lastTimestampNs + 1);
                    _lastTimestampNs = frame.TimestampNs;
                    if (FrameCount++ == 0)
                    {
                        _firstFrameAt = _time.GetTimestamp();
                    }
                    else if (FrameCount == countBefore + 1)
                    {
                        _screen.Remark($"{_source.Name} is back.");
                    }

                    if (timer is not null)
                    {
                        await timer.WaitForNextTickAsync(token);
                    }

                    await frames.WriteAsync(frame, token);
                    waited = _settings.Timeout;
                    watchdog.CancelAfter(waited);
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            fault = exception is EndOfStreamException ? "it broke off inside a frame" : exception.Message;
        }

        var code = await ffmpeg.WaitForExitAsync(CancellationToken.None);
        if (token.IsCancellationRequested)
        {
            return null;
        }

        if (watchdog.IsCancellationRequested)
        {
            return $"{_source.Name} gave no frame for {waited.TotalSeconds:F0} s"
                + (FrameCount == countBefore ? " after it was opened" : "")
                + ". Check the camera and the network, or raise --timeout "
                + $"(now {_settings.Timeout.TotalSeconds:0.###} "
                + $"s).{(ffmpeg.LastWords.Length > 0 ? " " + ffmpeg.Quote() : "")}";
        }

        if (code != 0 || fault is not null)
        {
            return FrameCount == countBefore
                ? $"{_source.Name} cannot be opened: {fault ?? ffmpeg.Quote()}"
                : $"{_source.Name} failed after {FrameCount - countBefore} frames: {fault ?? ffmpeg.Quote()}";
        }

        // It conceals what is damaged, stops where a file breaks off, and ends with 0.
        Damage = ffmpeg.LastWords.Length > 0 ? ffmpeg.Quote() : null;
        return null;
    }

    private void Admit(VideoFormat format)
    {
        if (_opened.Task.IsCompletedSuccessfully && !_opened.Task.Result.Fits(format))
        {
            throw new EdgeRestoreException(
                $"{_source.Name} came back as {format}, and the output was begun with {_opened.Task.Result}. One "
                + "output has one size: set the camera back, or start anew.");
        }

        _opened.TrySetResult(format);
    }

    // After a loss, time goes on where the wall clock is: the picture stands still as long as the camera was away.
    private long NextOffsetNs()
    {
        if (FrameCount == 0)
        {
            return 0;
        }

        var elapsed = _time.GetElapsedTime(_firstFrameAt);
        return Math.Max((long)elapsed.TotalNanoseconds, _lastTimestampNs + 1);
    }
}
