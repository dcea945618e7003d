using System.Globalization;
using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Video;

/// <summary>Frames with their times into ffmpeg, which encodes them and writes the file or pushes the stream.</summary>
internal sealed class VideoWriter : IAsyncDisposable
{
    // Encoders hold frames back, and a large file's index takes a while.
    private static readonly TimeSpan FinishLimit = TimeSpan.FromMinutes(2);

    private readonly FfmpegProcess _ffmpeg;
    private readonly MatroskaWriter _matroska;
    private readonly VideoTarget _target;
    private readonly FrameRate? _constantRate;
    private readonly bool _hasOtherInput;
    private long _firstTimestampNs = -1;
    private long _lastTimestampNs;
    private bool _isPlayable;

    private VideoWriter(FfmpegProcess ffmpeg, VideoTarget target, FrameRate? constantRate, bool hasOtherInput)
    {
        _ffmpeg = ffmpeg;
        _matroska = new MatroskaWriter(new BufferedStream(ffmpeg.Input, 1 << 16));
        _target = target;
        _constantRate = constantRate;
        _hasOtherInput = hasOtherInput;
    }

    /// <param name="audio">A file whose sound, subtitles and titles are copied, or null.</param>
    /// <param name="constantRate">The rate when it is one for all frames.</param>
    public static VideoWriter Open(
        VideoTarget target, VideoFormat format, VideoSource? audio, FrameRate? constantRate, VideoSettings settings)
    {
        if (target.Kind == VideoTargetKind.File)
        {
            _ = OutputFolder.Open(Path.GetDirectoryName(target.Address)!);
        }

        var pipes = target.Kind == VideoTargetKind.StandardOutput
            ? FfmpegPipes.Input
            : FfmpegPipes.Input | FfmpegPipes.Output;
        var ffmpeg = FfmpegProcess.Start("ffmpeg", Arguments(target, format, audio, constantRate, settings), pipes);
        var writer = new VideoWriter(ffmpeg, target, constantRate, audio is not null);
        writer.Write(() => writer._matroska.WriteHeader(format));
        return writer;
    }

    /// <summary>Arguments of the ffmpeg that encodes.</summary>
    public static IReadOnlyList<string> Arguments(
        VideoTarget target, VideoFormat format, VideoSource? audio, FrameRate? constantRate, VideoSettings settings) =>
    [
        "-hide_banner", "-loglevel", "error", "-f", "matroska",
        // The header tells all there is to know; ffmpeg would otherwise wait for seconds of frames to make sure.
        "-probesize", "32", "-analyzeduration", "0", "-i", "pipe:0",
        .. audio is null ? [] : (string[])["-i", $"file:{audio.Address}"],
        "-map", "0:v:0",
        .. audio is null
            ? []
            : (string[])["-map", "1:a?", "-map", "1:s?", "-c:a", "copy", "-c:s", "copy", "-map_metadata", "1", "-map_chapters", "1"],
        .. Tags(format),
        "-vsync", "passthrough",
        // Encoders count time in frames when the rate is constant, else in ticks of MPEG's clock, fine enough for any.
        "-enc_time_base", constantRate is { } rate ? $"{rate.Denominator}:{rate.Numerator}" : "1:90000",
        .. constantRate is { } constant ? (string[])["-r", $"{constant.Numerator}/{constant.Denominator}"] : [],
        .. target.OutputArguments(format, settings.IsLive, settings.OutputArguments),
    ];

    /// <exception cref="EdgeRestoreException">ffmpeg has ended; the message says why.</exception>
    public void Write(VideoFrame frame)
    {
        _lastTimestampNs = Snap(frame.TimestampNs);
        Write(() => _matroska.WriteFrame(frame.Bytes.Span, _lastTimestampNs));
    }

    /// <summary>Ends the output well: a file is then playable.</summary>
    /// <param name="isCutShort">Fewer frames were written than the source has.</param>
    /// <param name="isWhole">A file gets its final name; otherwise it keeps that of a part.</param>
    /// <returns>The file's path, or the target's name.</returns>
    /// <exception cref="EdgeRestoreException">ffmpeg could not write it.</exception>
    public async Task<string> FinishAsync(bool isCutShort, bool isWhole)
    {
        try
        {
            _ffmpeg.Input.Dispose();
        }
        catch (IOException)
        {
            // It has ended already; its exit code tells how.
        }

        using var limit = new CancellationTokenSource(FinishLimit);
        int code;
        try
        {
            code = await _ffmpeg.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new EdgeRestoreException(
                $"{_target.Name} was not finished within {FinishLimit.TotalSeconds:F0} s. Is the disk or the receiver "
                + "stuck? "
                + _ffmpeg.Quote());
        }

        // A receiver in the network that goes before the last words has its frames; a file without them may not play.
        if (code != 0 || (_target.Kind != VideoTargetKind.Network && _ffmpeg.HasLostTheEnd))
        {
            throw Failed();
        }

        _isPlayable = true;

        if (_target.Kind != VideoTargetKind.File)
        {
            return _target.Name;
        }

        if (isCutShort && _hasOtherInput)
        {
            await TrimAsync();
        }

        if (!isWhole)
        {
            return _target.PartialPath;
        }

        File.Move(_target.PartialPath, _target.Address, overwrite: true);
        return _target.Address;
    }

    // The sound was copied to its own end: cut it where the picture ends. Nothing is encoded again.
    private async Task TrimAsync()
    {
        var whole = _target.PartialPath;
        var trimmed = VideoTarget.OfFile(whole).PartialPath;
        var end = (_lastTimestampNs + (_constantRate?.FrameNs ?? 0)) / 1e9;
        await using var ffmpeg = FfmpegProcess.Start(
            "ffmpeg",
            [
                "-nostdin", "-hide_banner", "-loglevel", "error", "-i", $"file:{whole}", "-map", "0", "-c", "copy",
                // Past the last frame's start, or it would go too.
                "-t", (end + 0.001).ToString("F6", CultureInfo.InvariantCulture), "-y", $"file:{trimmed}",
            ],
            FfmpegPipes.Input | FfmpegPipes.Output);
        using var limit = new CancellationTokenSource(FinishLimit);
        if (await ffmpeg.WaitForExitAsync(limit.Token) == 0 && !ffmpeg.HasLostTheEnd)
        {
            File.Move(trimmed, whole, overwrite: true);
        }
        else
        {
            OutputFolder.TryDelete(trimmed);
        }
    }

    /// <summary>Ends ffmpeg; of a file that it did not finish nothing is left, since nothing could go on with
    /// it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ffmpeg.DisposeAsync();
        if (_target.Kind == VideoTargetKind.File && !_isPlayable)
        {
            OutputFolder.TryDelete(_target.PartialPath);
        }
    }

    // The decoder's times come rounded to milliseconds.
    private long Snap(long timestampNs)
    {
        if (_constantRate is not { } rate)
        {
            return timestampNs;
        }

        if (_firstTimestampNs < 0)
        {
            _firstTimestampNs = timestampNs;
        }

        var index = (long)Math.Round((timestampNs - _firstTimestampNs) / 1e9 * rate.PerSecond);
        var exact = _firstTimestampNs + rate.StartNs(index);
        return Math.Abs(exact - timestampNs) <= 1_000_000 ? exact : timestampNs;
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            throw Failed();
        }
    }

    private EdgeRestoreException Failed()
    {
        // It ends by itself: its end of the pipe is closed.
        _ffmpeg.WaitForExitAsync(CancellationToken.None).Wait(TimeSpan.FromSeconds(5));
        if (_target.Kind == VideoTargetKind.File
            && _ffmpeg.LastWords.Contains("No space left", StringComparison.Ordinal))
        {
            return new EdgeRestoreException(
                $"Cannot write '{_target.Name}': the disk is full. Nothing half-written is left. Make room, then run "
                + "the same command again.");
        }

        return new EdgeRestoreException(
            $"{_target.Name} cannot be written: {_ffmpeg.Quote()}\nCheck the address, the disk and the folder's "
            + "permissions. An encoder or a sound track that the container does not take: another container (--out "
            + "NAME.mkv takes all), or "
            + "--ffmpeg-out \"-c:v ENCODER\".");
    }

    private static IReadOnlyList<string> Tags(VideoFormat format)
    {
        // ffmpeg's numbers for these are those of H.273; its range has Matroska's 1 and 2. 2 means: not told.
        static bool IsTold(int code) => code is not (0 or 2);
        return
        [
            .. IsTold(format.MatrixCode) ? (string[])["-colorspace", $"{format.MatrixCode}"] : [],
            .. format.RangeCode is 1 or 2 ? (string[])["-color_range", $"{format.RangeCode}"] : [],
            .. IsTold(format.TransferCode) ? (string[])["-color_trc", $"{format.TransferCode}"] : [],
            .. IsTold(format.PrimariesCode) ? (string[])["-color_primaries", $"{format.PrimariesCode}"] : [],
        ];
    }
}
