using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Video;

/// <summary>Where restored frames go: a video file, an address that they are pushed to, or standard output.</summary>
internal sealed record VideoTarget
{
    private VideoTarget(string address, VideoTargetKind kind)
    {
        Address = address;
        Kind = kind;
    }

    public string Address { get; }

    public VideoTargetKind Kind { get; }

    /// <summary>For people: without passwords.</summary>
    public string Name => Kind == VideoTargetKind.StandardOutput ? "standard output" : Secrets.Hide(Address);

    /// <summary>Where a file is written until it is whole.</summary>
    public string PartialPath => Path.Combine(
        Path.GetDirectoryName(Address)!,
        $"{Path.GetFileNameWithoutExtension(Address)}.partial{Path.GetExtension(Address)}");

    /// <summary>Null for anything else: a folder.</summary>
    public static VideoTarget? Find(string? argument) => argument switch
    {
        null => null,
        "-" => new VideoTarget("pipe:1", VideoTargetKind.StandardOutput),
        _ when VideoSource.SchemeOf(argument) is not null => new VideoTarget(argument, VideoTargetKind.Network),
        _ when VideoSource.HasExtension(argument) => new VideoTarget(Path.GetFullPath(argument), VideoTargetKind.File),
        _ => null,
    };

    public static VideoTarget OfFile(string path) => new(path, VideoTargetKind.File);

    /// <summary>ffmpeg's arguments after its inputs: how to encode, container, address.</summary>
    /// <param name="extra">A person's own; they stand after ours, so that they win.</param>
    public IReadOnlyList<string> OutputArguments(VideoFormat format, bool isLive, IReadOnlyList<string> extra)
    {
        var scheme = VideoSource.SchemeOf(Address)?.ToLowerInvariant();
        IReadOnlyList<string> container = (Kind, scheme) switch
        {
            (VideoTargetKind.StandardOutput, _) => ["-f", "matroska"],
            (VideoTargetKind.File, _) => [],
            (_, "rtsp" or "rtsps") => ["-f", "rtsp", "-rtsp_transport", "tcp"],
            (_, "rtmp" or "rtmps") => ["-f", "flv"],
            (_, "rtp") => ["-f", "rtp_mpegts"],
            _ => ["-f", "mpegts"],
        };
        var address = Kind == VideoTargetKind.File ? $"file:{PartialPath}" : Address;
        return [.. Encoding(format, isLive), .. container, .. extra, "-y", address];
    }

    private bool IsMatroskaFile => Kind == VideoTargetKind.File
        && Path.GetExtension(Address).Equals(".mkv", StringComparison.OrdinalIgnoreCase);

    private IReadOnlyList<string> Encoding(VideoFormat format, bool isLive)
    {
        // Of H.264, 10 bits play in few places and 16 nowhere; uncompressed, Matroska has no name for them. Lossless
        // keeps them.
        if (DeepGray.IsDeep(format.Layout) && (Kind == VideoTargetKind.StandardOutput || IsMatroskaFile))
        {
            return ["-c:v", "ffv1"];
        }

        // Uncompressed for the next program in a pipe, which encodes as it likes.
        if (Kind == VideoTargetKind.StandardOutput)
        {
            return ["-c:v", "rawvideo"];
        }

        if (Path.GetExtension(Address).Equals(".webm", StringComparison.OrdinalIgnoreCase)
            && Kind == VideoTargetKind.File)
        {
            return ["-c:v", "libvpx-vp9", "-crf", "20", "-b:v", "0", "-row-mt", "1", "-cpu-used", "5", "-pix_fmt", "yuv420p"];
        }

        // H.264 with halved chroma has even sides only. Quality near what the eye tells apart; the cores are for
        // restoring.
        var layout = format.IsOdd ? "yuv444p" : "yuv420p";
        IReadOnlyList<string> encoder = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", layout];
        return isLive || Kind == VideoTargetKind.Network
            // A viewer who joins waits for the next key frame: two seconds at most.
            ? [.. encoder, "-tune", "zerolatency", "-force_key_frames", "expr:gte(t,n_forced*2)"]
            : encoder;
    }
}

internal enum VideoTargetKind
{
    File,
    Network,
    StandardOutput,
}
