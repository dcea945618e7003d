namespace EdgeRestore.Cli.Video;

/// <summary>Where frames come from: a video file, a camera's address, a V4L2 device or standard input.</summary>
internal sealed record VideoSource
{
    private static readonly string[] Extensions =
    [
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".flv", ".wmv",
        ".3gp",
        ".mxf", ".ogv", ".y4m", ".h264", ".264", ".h265", ".hevc", ".mjpeg", ".mjpg", ".nut", ".vob",
    ];

    // A camera that ends has failed; what comes over the others ends when its sender says so.
    private static readonly string[] LiveSchemes = ["rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "rtp"];

    private VideoSource(string address, VideoSourceKind kind)
    {
        Address = address;
        Kind = kind;
    }

    public static string ExtensionNames => string.Join(' ', Extensions);

    /// <summary>Path, URL or device as ffmpeg takes it; a URL may hold a password.</summary>
    public string Address { get; }

    public VideoSourceKind Kind { get; }

    /// <summary>For people: without passwords.</summary>
    public string Name => Kind == VideoSourceKind.StandardInput ? "standard input" : Secrets.Hide(Address);

    /// <summary>
    /// Whether time does not wait for it: what cannot be taken is dropped, and when it ends it is opened again.
    /// </summary>
    public bool IsLive => Kind == VideoSourceKind.Device
        || (Kind == VideoSourceKind.Network && LiveSchemes.Contains(SchemeOf(Address), StringComparer.OrdinalIgnoreCase));

    /// <summary>Null for anything else: an image, a folder.</summary>
    public static VideoSource? Find(string argument) => argument switch
    {
        "-" => new VideoSource("pipe:0", VideoSourceKind.StandardInput),
        _ when SchemeOf(argument) is not null => new VideoSource(argument, VideoSourceKind.Network),
        _ when argument.StartsWith("/dev/video", StringComparison.Ordinal) =>
            new VideoSource(argument, VideoSourceKind.Device),
        _ when HasExtension(argument) => new VideoSource(Path.GetFullPath(argument), VideoSourceKind.File),
        _ => null,
    };

    public static bool HasExtension(string path) =>
        Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase) && !Directory.Exists(path);

    /// <summary>The scheme of <c>scheme://rest</c>, or null.</summary>
    public static string? SchemeOf(string address) =>
        address.IndexOf("://", StringComparison.Ordinal) is > 0 and var end ? address[..end] : null;

    /// <summary>ffmpeg's arguments that open it.</summary>
    /// <param name="extra">A person's own; they stand after ours, so that they win.</param>
    public IReadOnlyList<string> InputArguments(IReadOnlyList<string> extra) => Kind switch
    {
        // The protocol spelled out: a name such as 12:30.mp4 would be taken for one, and one such as -i.mp4 for an
        // option.
        VideoSourceKind.File => [.. extra, "-i", $"file:{Address}"],
        VideoSourceKind.Device => ["-f", "v4l2", .. extra, "-i", Address],
        VideoSourceKind.Network when SchemeOf(Address) is "rtsp" or "rtsps" =>
            // Over UDP, lost packets tear frames, and firewalls let nothing through.
            ["-rtsp_transport", "tcp", "-fflags", "nobuffer", .. extra, "-i", Address],
        VideoSourceKind.Network when IsLive => ["-fflags", "nobuffer", .. extra, "-i", Address],
        _ => [.. extra, "-i", Address],
    };

    /// <exception cref="EdgeRestoreException">The file or device is not there.</exception>
    public void RequireExists()
    {
        if (Kind == VideoSourceKind.File && !File.Exists(Address))
        {
            throw new EdgeRestoreException(
                $"Input '{Address}' does not exist. Give a video file, image files or folders.");
        }

        if (Kind == VideoSourceKind.Device && !File.Exists(Address))
        {
            var there = Directory.GetFiles("/dev", "video*").Order(StringComparer.Ordinal).ToArray();
            throw new EdgeRestoreException(
                $"There is no device '{Address}'; found "
                + $"{(there.Length == 0 ? "no /dev/video*" : string.Join(", ", there))}. Plug the camera in, or give "
                + "another device.");
        }
    }
}

internal enum VideoSourceKind
{
    File,
    Network,
    Device,
    StandardInput,
}
