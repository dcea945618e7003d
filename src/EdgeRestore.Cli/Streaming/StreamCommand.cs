using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Restoring;
using EdgeRestore.Cli.Video;
using EdgeRestore.Client;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Cli.Streaming;

/// <summary><c>stream</c>: a folder of images through a daemon, as a camera would send them.</summary>
internal static class StreamCommand
{
    private const string Description = """
        Sends a video, a camera, or image files (in the order of their names) through a daemon as one camera's frames.
        With --out the restored frames are kept: images in a folder, a video in a file, or pushed on to an address.

        --payload jpeg, png and webp send image files (those of that format as they are, others, and JPEG that EXIF
        turns, encoded anew, JPEG and WebP with quality 95); rgb24, bgr24, gray8, gray10le, gray16le, nv12 and i420 send
        pixels, and then all images must have the size of the first. Images are the frames of one camera: unlike restore,
        which looks at each by itself, the daemon classifies every eighth frame and averages over those of one size.
        Videos (read and written by Debian's ffmpeg) travel as pixels of their own layout, where --payload has no say.
        Size, frame rate, times, rotation and colours of the result are the input's, and sound of files is copied. A lost
        camera is opened again; Ctrl-C finishes the file.
        --delivery lossless answers every frame, which files and images get when nothing is said; live lets the newest
        win and counts what it dropped, which cameras get.

        Example: ./edgerestore stream photos --payload nv12 --delivery live --fps 25 --out restored
                 ./edgerestore stream clip.mp4 --out restored.mp4
                 ./edgerestore stream rtsp://camera/stream --out rtsp://127.0.0.1:8554/restored

        Exit codes: 0 every answered frame was restored or passed through; 1 some failed; 2 wrong command line; 5 no
        daemon answers, or it refused the stream, or a source or output failed; 130 interrupted.
        """;

    public static Command Create()
    {
        var inputs = new Argument<string[]>("inputs")
        {
            Description =
                $"Images ({string.Join(' ', ImageCodec.Extensions)}), folders of them, or {VideoOptions.SourceNames}",
            Arity = ArgumentArity.OneOrMore,
        };
        var daemon = DaemonOption.Create();
        var folder = new Option<string?>("--out")
        {
            Description =
                "Folder for restored images; for a video a folder, a file, an address, or -. Nowhere when not given",
            HelpName = "folder|video",
        };
        var payload = CreatePayload();
        var delivery = new Option<string?>("--delivery")
        {
            Description = "live or lossless; by the kind of input when not given",
            HelpName = "live|lossless",
        }.OneOf(Delivery.Lossless.ToWireName(), Delivery.Live.ToWireName());
        var rate = CreateRate();
        var route = RestorerOption.CreateRoute();
        var strength = RestorerOption.CreateStrength();
        var json = ScreenOption.CreateJson();
        var overwrite = new Option<bool>("--overwrite")
        {
            Description = "Videos: write the output again where there is one already",
        };
        var video = new VideoOptions();
        var command = new Command("stream", Description)
        {
            inputs, daemon, folder, payload, delivery, rate, route, strength, overwrite, json,
        };
        video.AddTo(command);
        var identity = new IdentityOptions();
        identity.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var path = parsed.GetValue(folder);
            var screen = ScreenOption.Open(parsed, json, resultsOnError: path == "-");
            var (videos, others) = VideoOptions.Part(parsed.GetRequiredValue(inputs));
            RequireOneKind(videos, others, path);
            video.RequireVideos(parsed, videos);
            if (videos.Count > 0)
            {
                VideoOptions.RequireUse(
                    parsed, "videos and cameras", "their frames travel as pixels in the layout that ffmpeg gives",
                    payload);
            }
            else
            {
                VideoOptions.RequireUse(parsed, "images", "a folder of results is written anew", overwrite);
            }

            using var client = new RestoreClient(parsed.GetRequiredValue(daemon), identity.Read(parsed));
            var settings = Settings(parsed.GetValue(route), parsed.GetValue(strength));
            var isLive = parsed.GetValue(delivery) is { } given
                ? given == Delivery.Live.ToWireName()
                : videos is [{ IsLive: true }];
            settings.Delivery = isLive ? Delivery.Live : Delivery.Lossless;
            if (videos is [var source])
            {
                var restored = await VideoCommand.RunAsync(
                    source,
                    VideoOptions.TargetOf(source, path),
                    video.Read(parsed, isLive, parsed.GetValue(rate)),
                    parsed.GetValue(overwrite),
                    screen,
                    (format, opening) => DaemonVideoRestoration.OpenAsync(client, settings, format, opening),
                    token);
                restored.Show(screen);
                screen.Document(restored);
                return VideoCommand.ExitCodeOf([restored]);
            }

            var output = path is null ? null : OutputFolder.Open(path);
            var images = InputImages.Find(others, excluded: output?.Path);
            var frames = new CameraFrames(parsed.GetRequiredValue(payload));
            InputImages.RequireApart(images, output?.Path, name => [frames.NameOfResult(name)]);
            frames.Describe(images[0], settings);
            var run = new StreamRun(frames, output, parsed.GetValue(rate));
            var report = await screen.ProgressAsync("Streaming", images.Count, async steps =>
            {
                await using var stream = await client.OpenAsync(settings, cancellationToken: token);
                return await run.RunAsync(stream, images, steps, token);
            });
            return StreamReport.Show(report, screen);
        });
        return command;
    }

    private static void RequireOneKind(IReadOnlyList<VideoSource> videos, IReadOnlyList<string> others, string? output)
    {
        if (videos.Count > 1 || (videos.Count == 1 && others.Count > 0))
        {
            throw new WrongCommandLineException(
                $"The inputs are {videos.Count} videos and {others.Count} images or folders. Allowed is one video, or "
                + "images: one stream is one camera. Start one command for each.");
        }

        if (videos.Count == 0 && VideoTarget.Find(output) is { } target)
        {
            throw new WrongCommandLineException(
                $"--out is '{target.Name}', a video, and the inputs are images. Give a folder, or a video as input.");
        }
    }

    private static OpenStream Settings(Degradations.Degradation? route, float strength)
    {
        var settings = new OpenStream { StreamName = "edgerestore-stream", Strength = strength };
        if (route is { } given)
        {
            settings.Fixed = given.ToWire();
        }

        return settings;
    }

    private static Option<string> CreatePayload() => new Option<string>("--payload")
    {
        Description = "What travels: " + string.Join(", ", CameraFrames.PayloadNames),
        DefaultValueFactory = _ => WireCodec.Jpeg.ToWireName(),
    }.OneOf([.. CameraFrames.PayloadNames]);

    private static Option<double?> CreateRate() => new Option<double?>("--fps")
    {
        Description = "Frames a second; as fast as the daemon takes them when not given",
        HelpName = "rate",
    }.Where(rate => rate is > 0 and <= 1000, "more than 0, at most 1000");
}
