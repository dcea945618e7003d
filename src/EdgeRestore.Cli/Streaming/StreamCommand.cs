using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Restoring;
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
        Sends image files through a daemon as one camera's frames, in the order of their names, and says what came of each
        and where the time went. With --out the restored frames are kept.

        --payload jpeg, png and webp send image files (those of that format as they are, others encoded anew); rgb24,
        bgr24, gray8, nv12 and i420 send pixels, and then all images must have the size of the first.
        --delivery lossless answers every frame; live lets the newest win and counts what it dropped.

        Example: ./edgerestore stream photos --payload nv12 --delivery live --fps 25 --out restored

        Exit codes: 0 every answered frame was restored or passed through; 1 some failed; 2 wrong command line; 5 no
        daemon answers, or it refused the stream.
        """;

    public static Command Create()
    {
        var inputs = new Argument<string[]>("files-or-folders")
        {
            Description = "The camera's frames: " + string.Join(' ', ImageCodec.Extensions),
            Arity = ArgumentArity.OneOrMore,
        };
        var daemon = DaemonOption.Create();
        var folder = new Option<string?>("--out")
        {
            Description = "Where the restored frames go; nowhere when not given",
            HelpName = "folder",
        };
        var payload = CreatePayload();
        var delivery = new Option<string>("--delivery")
        {
            Description = "live or lossless",
            DefaultValueFactory = _ => Delivery.Lossless.ToWireName(),
        };
        delivery.AcceptOnlyFromAmong(Delivery.Lossless.ToWireName(), Delivery.Live.ToWireName());
        var rate = CreateRate();
        var route = RestorerOption.CreateRoute();
        var strength = RestorerOption.CreateStrength();
        var json = ScreenOption.CreateJson();
        var command = new Command("stream", Description)
        {
            inputs, daemon, folder, payload, delivery, rate, route, strength, json,
        };
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var output = parsed.GetValue(folder) is { } path ? OutputFolder.Open(path) : null;
            var images = InputImages.Find(parsed.GetRequiredValue(inputs), excluded: output?.Path);
            var frames = new CameraFrames(parsed.GetRequiredValue(payload));
            using var client = new RestoreClient(parsed.GetRequiredValue(daemon));
            var settings = Settings(parsed.GetValue(route), parsed.GetValue(strength));
            settings.Delivery = parsed.GetValue(delivery) == Delivery.Live.ToWireName() ? Delivery.Live : Delivery.Lossless;
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

    private static OpenStream Settings(Degradations.Degradation? route, float strength)
    {
        var settings = new OpenStream { StreamName = "edgerestore-stream", Strength = strength };
        if (route is { } given)
        {
            settings.Fixed = given.ToWire();
        }

        return settings;
    }

    private static Option<string> CreatePayload()
    {
        var payload = new Option<string>("--payload")
        {
            Description = "What travels: " + string.Join(", ", CameraFrames.PayloadNames),
            DefaultValueFactory = _ => WireCodec.Jpeg.ToWireName(),
        };
        payload.AcceptOnlyFromAmong([.. CameraFrames.PayloadNames]);
        return payload;
    }

    private static Option<double?> CreateRate() => new("--fps")
    {
        Description = "Frames a second; as fast as the daemon takes them when not given",
        HelpName = "rate",
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<double?>() is { } rate && !(rate is > 0 and <= 1000))
                {
                    result.AddError($"--fps is {rate}. Allowed: more than 0, at most 1000.");
                }
            },
        },
    };
}
