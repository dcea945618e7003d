using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Video;
using EdgeRestore.Codecs;

namespace EdgeRestore.Cli.Restoring;

/// <summary><c>restore</c>: files and folders, in this process, no daemon needed.</summary>
internal static class RestoreCommand
{
    private const string Description = """
        Restores image files, all images in folders and below them, videos, and cameras, without a daemon.

        Results keep their names below --out: photos/june/1.jpg of the folder photos becomes OUT/june/1.jpg. JPEG, PNG
        and WebP stay what they are; TIFF becomes PNG (1.tif.png). A file that cannot be read is told and the others go
        on. Of an animation the first picture is restored; transparency lies over black, and what EXIF turns comes out
        upright. An image that is clear, or of which the classifier is not sure, passes through: it is written as it was and
        counted apart. A run that was interrupted goes on where it stopped: what is done is skipped, unless its input is
        newer. Camera, time, place (EXIF, XMP, IPTC) and colour profile stay; pixels are turned upright, the small picture
        in EXIF, which shows the image as it was, goes.

        A video (Debian's ffmpeg reads and writes it) goes below --out under its own name, or to --out itself where that
        is a video file, an address to push to (rtsp://, udp:// ...) or - (standard output). Size, frame rate, times,
        rotation and colours are the input's, and sound is copied. Cameras are restored at the pace that this machine
        has, the newest frame wins; a lost one is opened again. Ctrl-C finishes the file.

        Example: ./edgerestore restore photos --out restored --compare
                 ./edgerestore restore clip.mp4 --out restored.mp4
                 ./edgerestore restore rtsp://camera/stream --out recording.mkv

        Exit codes: 0 all restored or passed through; 1 some files or frames failed; 2 wrong command line; 5 cannot run (package, disk, ffmpeg
        or input missing, camera lost); 130 interrupted.
        """;

    public static Command Create()
    {
        var inputs = new Argument<string[]>("inputs")
        {
            Description =
                $"Images ({string.Join(' ', ImageCodec.Extensions)}), folders of them, {VideoOptions.SourceNames}",
            Arity = ArgumentArity.OneOrMore,
        };
        var folder = new Option<string>("--out")
        {
            Description = "Folder for the results, created when missing; for one video also a file, an address, or -",
            HelpName = "folder|video",
            Required = true,
        };
        var route = RestorerOption.CreateRoute();
        var strength = RestorerOption.CreateStrength();
        var compare = new Option<bool>("--compare")
        {
            Description = "Also write NAME.compare.png: before and after, side by side",
        };
        var overwrite = new Option<bool>("--overwrite")
        {
            Description = "Restore again what is done, for instance with other settings",
        };
        var json = ScreenOption.CreateJson();
        var restorer = new RestorerOption();
        var video = new VideoOptions();
        var command = new Command("restore", Description) { inputs, folder, route, strength, compare, overwrite, json };
        restorer.AddTo(command);
        video.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var target = parsed.GetRequiredValue(folder);
            var screen = ScreenOption.Open(parsed, json, resultsOnError: target == "-");
            var (videos, others) = VideoOptions.Part(parsed.GetRequiredValue(inputs));
            video.RequireVideos(parsed, videos);
            var output = RequireFolder(target, videos, others);
            VideoOptions.RequireApart(videos, target);
            var images = others.Count == 0 ? [] : InputImages.Find(others, excluded: output!.Path);
            InputImages.RequireApart(
                images, output?.Path, name => RestoreRun.NamesOf(name, parsed.GetValue(compare)));
            using var loaded = restorer.Load(parsed, screen);
            RestorerOption.RequireRoute(loaded, parsed.GetValue(route));
            var settings = new RestoreSettings
            {
                Package =
                    $"{loaded.Package.Manifest.Name} {loaded.Package.Manifest.Version} {loaded.Package.Sha256[..16]}",
                Route = parsed.GetValue(route),
                Strength = parsed.GetValue(strength),
            };
            var isAnew = parsed.GetValue(overwrite);
            if (parsed.GetValue(compare) && videos.Count > 0)
            {
                screen.Remark("--compare is for images; videos are restored without.");
            }

            IReadOnlyList<RestoredImage> results = [];
            if (output is not null)
            {
                settings.Claim(output, isAnew);
                var run = new RestoreRun(loaded, output, settings, parsed.GetValue(compare), isAnew);
                results = images.Count == 0 ? [] : await screen.ProgressAsync(
                    "Restoring", images.Count, steps => run.RestoreAsync(images, steps, token));
            }

            var restored = new List<VideoReport>();
            foreach (var source in videos)
            {
                restored.Add(await VideoCommand.RunAsync(
                    source,
                    VideoOptions.TargetOf(source, target)!,
                    video.Read(parsed, source.IsLive),
                    isAnew,
                    screen,
                    (format, _) => Task.FromResult<IVideoRestoration>(
                        new LocalVideoRestoration(loaded, format, settings.Route, settings.Strength)),
                    token));
            }

            return Report(results, restored, output?.Path ?? target, screen);
        });
        return command;
    }

    // Null where --out is one video.
    private static OutputFolder? RequireFolder(
        string given, IReadOnlyList<VideoSource> videos, IReadOnlyList<string> others)
    {
        if (VideoTarget.Find(given) is not { } target)
        {
            return OutputFolder.Open(given);
        }

        return videos.Count == 1 && others.Count == 0
            ? null
            : throw new WrongCommandLineException(
                $"--out is '{target.Name}', one video, and the inputs are {videos.Count} videos and {others.Count} "
                + "images or folders. Allowed is one video. Give a folder, or one video.");
    }

    private static int Report(
        IReadOnlyList<RestoredImage> results, IReadOnlyList<VideoReport> videos, string output, Screen screen)
    {
        foreach (var video in videos)
        {
            video.Show(screen);
        }

        var counts = results.CountBy(result => result.Outcome).ToDictionary();
        if (results.Count == 0)
        {
            screen.Document(ToDocument());
            return VideoCommand.ExitCodeOf(videos);
        }

        foreach (var failed in results.Where(result => result.Outcome == RestoreOutcome.Failed))
        {
            screen.Remark(Screen.Printable($"{failed.Name}: {failed.Error}"));
        }

        screen.Table(
            ["file", "result", "route", "confidence", "size", "ms"],
            [.. results.Where(result => result.Route is not null).Select(result => (string[])
            [
                result.Name,
                result.Bypassed ? "passed through" : "restored",
                result.Route ?? "",
                $"{result.Confidence:F2}",
                $"{result.Width}x{result.Height}",
                $"{result.Milliseconds:F0}",
            ])],
            textColumns: 3);
        screen.Line(
            $"{Count(RestoreOutcome.Restored)} restored, {Count(RestoreOutcome.Bypassed)} passed through as they were, "
            + $"{Count(RestoreOutcome.Skipped)} skipped (done before), {Count(RestoreOutcome.Failed)} failed. Results are "
            + $"in {output}");
        screen.Document(ToDocument());
        var videoCode = VideoCommand.ExitCodeOf(videos);
        return videoCode == ExitCode.Done && Count(RestoreOutcome.Failed) > 0 ? ExitCode.PartFailed : videoCode;

        int Count(RestoreOutcome outcome) => counts.GetValueOrDefault(outcome);

        object ToDocument() => new
        {
            output,
            restored = Count(RestoreOutcome.Restored),
            bypassed = Count(RestoreOutcome.Bypassed),
            skipped = Count(RestoreOutcome.Skipped),
            failed = Count(RestoreOutcome.Failed),
            images = results,
            videos,
        };
    }
}
