using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Video;

/// <summary>What <c>restore</c> and <c>stream</c> do alike with a video.</summary>
internal static class VideoCommand
{
    /// <exception cref="EdgeRestoreException">The target is there already, or the run failed.</exception>
    public static async Task<VideoReport> RunAsync(
        VideoSource source,
        VideoTarget? target,
        VideoSettings settings,
        bool overwrite,
        Screen screen,
        Func<VideoFormat, CancellationToken, Task<IVideoRestoration>> open,
        CancellationToken token)
    {
        source.RequireExists();
        if (target is { Kind: VideoTargetKind.File })
        {
            RequireOther(source, target);
        }

        if (target is { Kind: VideoTargetKind.File } && File.Exists(target.Address) && !overwrite)
        {
            if (source.Kind == VideoSourceKind.File
                && File.GetLastWriteTimeUtc(target.Address) >= File.GetLastWriteTimeUtc(source.Address))
            {
                return new VideoReport { Source = source.Name, Output = target.Address, Skipped = true };
            }

            if (source.Kind != VideoSourceKind.File)
            {
                throw new EdgeRestoreException(
                    $"'{target.Address}' is there already, and a recording cannot be made again. Give another --out, "
                    + "or --overwrite.");
            }
        }

        return await new VideoRun(source, target, settings, screen).RunAsync(open, token);
    }

    public static int ExitCodeOf(IReadOnlyList<VideoReport> videos) =>
        videos.Any(video => video.Interrupted) ? ExitCode.Interrupted
        : videos.Any(video => video.Failed > 0 || video.Missing > 0) ? ExitCode.PartFailed
        : ExitCode.Done;

    private static void RequireOther(VideoSource source, VideoTarget target)
    {
        if (source.Kind == VideoSourceKind.File && source.Address == target.Address)
        {
            throw new WrongCommandLineException(
                $"Input and output are the same file '{target.Address}'. Give another --out.");
        }
    }
}
