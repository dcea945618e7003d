using System.CommandLine;
using System.CommandLine.Parsing;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Restoring;

namespace EdgeRestore.Cli.Video;

/// <summary>The options of every command that takes videos and cameras.</summary>
internal sealed class VideoOptions
{
    /// <summary>For help texts: what counts as a video, in one place.</summary>
    public const string SourceNames =
        "a video file, rtsp://, http://, udp://, srt:// ..., /dev/video0, or - (standard input)";

    public Option<long?> Frames { get; } = new Option<long?>("--frames")
    {
        Description = "Videos: end after so many frames were written",
        HelpName = "count",
    }.AtLeast(1);

    public Option<double> Timeout { get; } = new Option<double>("--timeout")
    {
        Description =
            "Videos: a source that gives no frame for so long counts as dead; to open, it has three times as long",
        HelpName = "seconds",
        DefaultValueFactory = _ => new VideoSettings().Timeout.TotalSeconds,
    }.Between(0.1, 86_400, "seconds");

    public Option<int?> Reconnect { get; } = new Option<int?>("--reconnect")
    {
        Description =
            "Cameras: attempts in a row to open a lost one again, with pauses of 1 s to 30 s; for ever when not given",
        HelpName = "count",
    }.AtLeast(0);

    public Option<string?> FfmpegIn { get; } = new("--ffmpeg-in")
    {
        Description = "Videos: ffmpeg's options for the source, such as \"-video_size 1280x720\" of a camera",
        HelpName = "options",
    };

    public Option<string?> FfmpegOut { get; } = new("--ffmpeg-out")
    {
        Description = "Videos: ffmpeg's options for the output, such as \"-c:v libx265 -crf 22\"; they win over ours",
        HelpName = "options",
    };

    /// <summary>Refuses options that would do nothing.</summary>
    /// <exception cref="WrongCommandLineException">One of them was given.</exception>
    public static void RequireUse(ParseResult parsed, string inputs, string use, params IReadOnlyList<Option> unused)
    {
        var given = unused.Where(option => parsed.GetResult(option) is { Implicit: false })
            .Select(option => option.Name).ToList();
        if (given.Count > 0)
        {
            throw new WrongCommandLineException(
                $"{string.Join(", ", given)} has no meaning for {inputs}; {use}. Leave it out.");
        }
    }

    /// <summary>Refuses, where there are images only, what is for videos.</summary>
    public void RequireVideos(ParseResult parsed, IReadOnlyList<VideoSource> videos)
    {
        if (videos.Count == 0)
        {
            RequireUse(
                parsed, "images", "it is for videos and cameras", Frames, Timeout, Reconnect, FfmpegIn, FfmpegOut);
        }
    }

    public void AddTo(Command command)
    {
        command.Add(Frames);
        command.Add(Timeout);
        command.Add(Reconnect);
        command.Add(FfmpegIn);
        command.Add(FfmpegOut);
    }

    public VideoSettings Read(ParseResult parsed, bool isLive, double? framesPerSecond = null) => new()
    {
        InputArguments = Split(parsed.GetValue(FfmpegIn)),
        OutputArguments = Split(parsed.GetValue(FfmpegOut)),
        IsLive = isLive,
        FrameCount = parsed.GetValue(Frames),
        Timeout = TimeSpan.FromSeconds(parsed.GetValue(Timeout)),
        ReconnectCount = parsed.GetValue(Reconnect),
        FramesPerSecond = framesPerSecond,
    };

    /// <summary>The videos among the arguments, and what is left: images and folders.</summary>
    /// <exception cref="WrongCommandLineException">Cameras or standard input do not stand alone.</exception>
    public static (IReadOnlyList<VideoSource> Videos, IReadOnlyList<string> Others) Part(
        IReadOnlyList<string> arguments)
    {
        var sources = arguments.Select(argument => (argument, source: VideoSource.Find(argument))).ToList();
        var videos = sources.Where(pair => pair.source is not null).Select(pair => pair.source!).ToList();
        if (arguments.Count > 1 && videos.Find(video => video.Kind != VideoSourceKind.File) is { } endless)
        {
            throw new WrongCommandLineException(
                $"{endless.Name} was given together with other inputs. A camera, an address or standard input stands "
                + "alone: start one command for each.");
        }

        return (videos, [.. sources.Where(pair => pair.source is null).Select(pair => pair.argument)]);
    }

    /// <summary>Where a video goes that was asked to be written to <paramref name="folder"/> or straight to a
    /// target.</summary>
    public static VideoTarget? TargetOf(VideoSource source, string? given) => VideoTarget.Find(given) ?? (given is null
        ? null
        : VideoTarget.OfFile(OutputFolder.Open(given).Resolve(source.Kind == VideoSourceKind.File
            ? Path.GetFileName(source.Address)
            : "camera.mkv")));

    /// <summary>Sees to it that no video's result takes the place of another's.</summary>
    /// <exception cref="WrongCommandLineException">One would.</exception>
    public static void RequireApart(IReadOnlyList<VideoSource> videos, string folder)
    {
        var clash = videos.Where(video => video.Kind == VideoSourceKind.File)
            .DistinctBy(video => video.Address)
            .GroupBy(video => Path.GetFileName(video.Address))
            .FirstOrDefault(group => group.Count() > 1)?.ToList();
        if (clash is [var one, var other, ..])
        {
            throw OutputFolder.DescribeClash(one.Address, other.Address, TargetOf(one, folder)!.Address);
        }
    }

    // As a shell would split it, without being one.
    private static IReadOnlyList<string> Split(string? options) =>
        options is null ? [] : [.. CommandLineParser.SplitCommandLine(options)];
}
