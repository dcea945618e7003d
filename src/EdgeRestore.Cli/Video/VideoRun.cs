using System.Threading.Channels;
using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Video;

/// <summary>
/// One video from its source through restoration to its target: reading, restoring and writing overlap, each with its
/// own ffmpeg or engine.
/// </summary>
internal sealed class VideoRun
{
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private readonly VideoSource _source;
    private readonly VideoTarget? _target;
    private readonly VideoSettings _settings;
    private readonly Screen _screen;
    private readonly VideoCounts _counts = new();

    public VideoRun(VideoSource source, VideoTarget? target, VideoSettings settings, Screen screen)
    {
        _source = source;
        _target = target;
        _settings = settings;
        _screen = screen;
    }

    /// <param name="open">Begins restoration once the format is known.</param>
    /// <param name="token">Ends the run well: what was restored is written, and the file finished.</param>
    /// <exception cref="EdgeRestoreException">Source, daemon or target failed; a file begun is finished
    /// before.</exception>
    public async Task<VideoReport> RunAsync(
        Func<VideoFormat, CancellationToken, Task<IVideoRestoration>> open, CancellationToken token)
    {
        _source.RequireExists();
        var probe = _source.Kind == VideoSourceKind.File ? await FileProbe.RunAsync(_source, token) : null;
        probe?.RequireStandardRange(_source);
        Remark(probe);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var reader = new VideoReader(_source, _settings, _screen, probe?.IsInterlaced ?? false);
        var frames = _settings.IsLive
            ? Channel.CreateBounded<VideoFrame>(
                new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }, Drop)
            : Channel.CreateBounded<VideoFrame>(2);
        var reading = reader.RunAsync(frames.Writer, stop.Token);
        try
        {
            var format = await reader.Opened.WaitAsync(token);
            await using var restoration = await open(format, token);
            return await RunAsync(reader, frames.Reader, restoration, format, probe, stop, token);
        }
        finally
        {
            await stop.CancelAsync();
            Drain(frames.Reader);
            await reading;
            Drain(frames.Reader);
        }
    }

    private async Task<VideoReport> RunAsync(
        VideoReader reader,
        ChannelReader<VideoFrame> frames,
        IVideoRestoration restoration,
        VideoFormat format,
        FileProbe? probe,
        CancellationTokenSource stop,
        CancellationToken token)
    {
        _screen.Remark($"{_source.Name}: {format}, {restoration.Description}");
        await using var writer = _target is null ? null : VideoWriter.Open(
            _target,
            format,
            _source.Kind == VideoSourceKind.File && _target.Kind != VideoTargetKind.StandardOutput ? _source : null,
            _settings.IsLive ? null : probe?.ConstantRate,
            _settings);
        var answers = Channel.CreateBounded<VideoAnswer>(2);

        // A person's stop ends the reading, and what was taken is still restored and written; a failure ends all at
        // once.
        using var failed = new CancellationTokenSource();
        var restoring = RestoreAsync(restoration, frames, answers.Writer, failed.Token);
        using var shown = new CancellationTokenSource();
        var showing = ShowAsync(reader, probe?.FrameCount ?? 0, shown.Token);
        Exception? failure = null;
        try
        {
            await WriteAsync(answers.Reader, writer);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        await failed.CancelAsync();
        await stop.CancelAsync();
        await restoring;
        await shown.CancelAsync();
        await showing;
        while (answers.Reader.TryRead(out var left))
        {
            left.Frame.Dispose();
        }

        var isCutShort = failure is not null || token.IsCancellationRequested
            || reader.FrameCount > _counts.WrittenCount + _counts.DroppedCount;
        string? path = null;
        if (writer is not null)
        {
            path = await FinishAsync(writer, failure, isCutShort, token);
        }

        if (failure is not null)
        {
            throw path is null || failure is not EdgeRestoreException
                ? failure
                : new EdgeRestoreException(
                    $"{failure.Message}\nWhat was restored before is in {path}, playable.", failure);
        }

        return Report(reader, restoration, format, path, MissingOf(reader, probe), token.IsCancellationRequested);
    }

    private static async Task RestoreAsync(
        IVideoRestoration restoration,
        ChannelReader<VideoFrame> frames,
        ChannelWriter<VideoAnswer> answers,
        CancellationToken token)
    {
        try
        {
            await restoration.RunAsync(frames, answers, token);
            answers.Complete();
        }
        catch (Exception exception)
        {
            answers.Complete(exception);
        }
    }

    private async Task WriteAsync(ChannelReader<VideoAnswer> answers, VideoWriter? writer)
    {
        await foreach (var answer in answers.ReadAllAsync(CancellationToken.None))
        {
            using (answer.Frame)
            {
                writer?.Write(answer.Frame);
                _counts.Take(answer);
            }

            if (_counts.WrittenCount == _settings.FrameCount)
            {
                return;
            }
        }
    }

    private async Task<string?> FinishAsync(
        VideoWriter writer, Exception? failure, bool isCutShort, CancellationToken token)
    {
        try
        {
            var isWhole = failure is null && (!token.IsCancellationRequested || _source.Kind != VideoSourceKind.File);
            return await writer.FinishAsync(isCutShort, isWhole);
        }
        catch (EdgeRestoreException) when (failure is not null)
        {
            // The first failure is the one worth telling; it may well be this one.
            return null;
        }
    }

    private async Task ShowAsync(VideoReader reader, long expectedCount, CancellationToken token)
    {
        using var timer = new PeriodicTimer(_screen.HasStatusLine ? TerminalInterval : LogInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(token))
            {
                _screen.Status(_counts.ToLine(reader.FrameCount, _settings.FrameCount ?? expectedCount));
            }
        }
        catch (OperationCanceledException)
        {
            _screen.EndStatus();
        }
    }

    private void Remark(FileProbe? probe)
    {
        if (probe?.IsDeep == true)
        {
            _screen.Remark($"{_source.Name} has {probe.PixelFormat}: frames are restored with 8 bits a channel.");
        }

        if (probe?.HasAlpha == true)
        {
            _screen.Remark($"{_source.Name} has {probe.PixelFormat}: transparency is left out, frames are opaque.");
        }

        if (probe?.IsInterlaced == true)
        {
            _screen.Remark($"{_source.Name} is interlaced: frames are deinterlaced first (ffmpeg's yadif).");
        }
    }

    private void Drop(VideoFrame frame)
    {
        frame.Dispose();
        _counts.Drop();
    }

    private static void Drain(ChannelReader<VideoFrame> frames)
    {
        while (frames.TryRead(out var frame))
        {
            frame.Dispose();
        }
    }

    // A number by duration and rate is one off at either end; an edit list or a person's -ss leaves frames out for good,
    // and then ffmpeg has nothing to say.
    private long MissingOf(VideoReader reader, FileProbe? probe)
    {
        var missing = (probe?.FrameCount ?? 0) - reader.FrameCount;
        var isReadToItsEnd = _settings.FrameCount is null && reader.Damage is not null;
        return isReadToItsEnd && missing > Math.Max(2, (probe?.FrameCount ?? 0) / 200) ? missing : 0;
    }

    private VideoReport Report(
        VideoReader reader,
        IVideoRestoration restoration,
        VideoFormat format,
        string? path,
        long missing,
        bool isInterrupted)
    {
        var seconds = _counts.Elapsed.TotalSeconds;
        return new VideoReport
        {
            Source = _source.Name,
            Output = path,
            Interrupted = isInterrupted,
            Video = format.ToString(),
            RestoredBy = restoration.Description,
            Read = reader.FrameCount,
            Written = _counts.WrittenCount,
            Restored = _counts.RestoredCount,
            Bypassed = _counts.BypassedCount,
            Failed = _counts.FailedCount,
            Dropped = _counts.DroppedCount,
            Reconnects = reader.ReconnectCount,
            Seconds = seconds,
            FramesPerSecond = seconds > 0 ? _counts.WrittenCount / seconds : 0,
            MedianMs = _counts.Percentile(50),
            P99Ms = _counts.Percentile(99),
            Routes = _counts.Routes,
            Missing = missing,
            Damage = reader.Damage,
            FirstError = _counts.FirstError,
        };
    }
}
