using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Photographs;
using EdgeRestore.Cli.Video;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary><c>evaluate video</c>: whether what is restored well frame by frame is also calm.</summary>
internal sealed class EvaluateVideoCommand
{
    private const string Description = """
        Measures what restoring does to moving pictures: warping error, flicker, jumps of brightness, switches of route.
        Frames are restored as in service: one router a sequence, which classifies every eighth frame.

        Without FILE, cameras pan over held-out photographs and stand before them, degraded anew in every frame: the
        motion is known exactly, and so is the clean frame. With FILE, the video as it is; its motion is found by
        matching blocks of 16x16 to a quarter of a pixel, in the input, checked there and back.

        Example: ./edgerestore evaluate video --rows noise25,rain,haze
                 ./edgerestore evaluate video night.mp4 --route low-light --frames 100

        Exit codes: 0 measured; 2 wrong command line; 5 cannot run (package, photographs, video, ffmpeg, disk).
        """;

    private const int PanFrames = 16;
    private const int ClipFrameCount = 48;

    private readonly Argument<string?> _file = new("file")
    {
        Description = "A video file; pans over held-out photographs when not given",
        Arity = ArgumentArity.ZeroOrOne,
    };

    // Motion is between two frames.
    private readonly Option<int?> _frames = new Option<int?>("--frames")
    {
        Description = $"Frames of a sequence; {PanFrames} of a pan, {ClipFrameCount} of a file when not given",
        HelpName = "count",
    }.AtLeast(2);

    private readonly Option<int> _photographs = new Option<int>("--photographs")
    {
        Description = "Photographs to pan over, the first of the list",
        DefaultValueFactory = _ => 4,
        HelpName = "count",
    }.AtLeast(1);

    private readonly Option<IReadOnlyList<EvalRow>> _rows = EvaluateCommand.CreateRows();
    private readonly Option<Degradation?> _route = RestorerOption.CreateRoute();
    private readonly Option<string?> _out = new("--out")
    {
        Description = $"Folder for {VideoEvaluationReport.JsonName}; none is written when not given",
        HelpName = "folder",
    };

    private readonly Option<bool> _json = ScreenOption.CreateJson();
    private readonly RestorerOption _restorer = new();

    public static Command Create() => new EvaluateVideoCommand().Build();

    private Command Build()
    {
        var command = new Command("video", Description) { _file, _rows, _photographs, _frames, _route, _out, _json };
        _restorer.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_file) is { } file
                && VideoSource.Find(file) is not { Kind: VideoSourceKind.File })
            {
                result.AddError(
                    $"'{file}' is no video file by its name. Allowed: {VideoSource.ExtensionNames}; or none, for "
                    + "pans.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        var screen = ScreenOption.Open(parsed, _json);
        var output = parsed.GetValue(_out) is { } path ? OutputFolder.Open(path) : null;
        using var restorer = _restorer.Load(parsed, screen);
        RestorerOption.RequireRoute(restorer, parsed.GetValue(_route));
        var file = parsed.GetValue(_file);
        var report = new VideoEvaluationReport
        {
            Title = file is null ? $"pans over {parsed.GetValue(_photographs)} held-out photographs" : $"'{file}'",
            Flow = file is null
                ? "known, whole pixels"
                : "found in the input by matching blocks, checked there and back",
            Package = $"{restorer.Package.Manifest.Name} {restorer.Package.Manifest.Version}",
            PackageSha256 = restorer.Package.Sha256,
            Device = restorer.Providers[^1].Provider,
            Command = $"./edgerestore {string.Join(' ', parsed.Tokens.Select(word => word.Value))}",
            Sequences = file is null
                ? await MeasurePansAsync(parsed, restorer, screen, token)
                : [await MeasureClipAsync(parsed, restorer, VideoSource.Find(file)!, screen, token)],
        };
        report.Show(screen);
        if (output is not null)
        {
            report.Write(output);
        }

        return ExitCode.Done;
    }

    private async Task<IReadOnlyList<TemporalSummary>> MeasurePansAsync(
        ParseResult parsed, Restorer restorer, Screen screen, CancellationToken token)
    {
        var library = await PhotographsCommand.FetchAsync(PhotographSet.HeldOut, screen, token);
        var rows = parsed.GetValue(_rows) ?? EvalRow.All;
        var photographs = PhotographCatalog.HeldOut.Take(parsed.GetValue(_photographs)).ToList();
        var frameCount = parsed.GetValue(_frames) ?? PanFrames;
        return await screen.ProgressAsync("Evaluating", photographs.Count * rows.Count * 2, steps => Task.Run(
            () =>
            {
                var summaries = new List<TemporalSummary>();
                foreach (var photograph in photographs)
                {
                    using var prepared = ImageCodec.Load(library.PathOf(photograph));
                    foreach (var (row, isStill) in rows.SelectMany(row => new[] { (row, false), (row, true) }))
                    {
                        var pan = new PanSequence(photograph, row, isStill, frameCount);
                        var name = $"{photograph.Name}, {(isStill ? "still" : "pan")}";
                        using var meter = new TemporalMeter();
                        var router = RouterOf(restorer, parsed);
                        foreach (var frame in pan.Enumerate(prepared))
                        {
                            Restore(restorer, router, frame, meter, token);
                        }

                        summaries.Add(meter.ToSummary(name, row.Name, secondFrames: null));
                        steps.Advance($"{row.Name} of {name}");
                    }
                }

                return Task.FromResult<IReadOnlyList<TemporalSummary>>(summaries);
            },
            token));
    }

    private async Task<TemporalSummary> MeasureClipAsync(
        ParseResult parsed, Restorer restorer, VideoSource source, Screen screen, CancellationToken token)
    {
        var clip = new ClipFrames(source, parsed.GetValue(_frames) ?? ClipFrameCount, screen);
        using var meter = new TemporalMeter();
        var router = RouterOf(restorer, parsed);
        await foreach (var frame in clip.ReadAsync(token))
        {
            Restore(restorer, router, frame, meter, token);
        }

        return meter.ToSummary(source.Name, "as it is", (int)Math.Round(Math.Max(1, clip.FramesPerSecond)));
    }

    private StreamRouter RouterOf(Restorer restorer, ParseResult parsed) =>
        restorer.CreateRouter(new RoutingOptions { FixedRoute = parsed.GetValue(_route) });

    private static void Restore(
        Restorer restorer, StreamRouter router, MovingFrame frame, TemporalMeter meter, CancellationToken token)
    {
        using var restored = Frame.Rent(frame.Given.Width, frame.Given.Height, PixelFormat.Rgb24);
        var result = restorer.Restore(frame.Given, restored, router, strength: 1, token);
        token.ThrowIfCancellationRequested();
        if (result.Error != RestoreError.None)
        {
            throw new EdgeRestoreException($"A frame could not be restored ({result.Error}): {result.Detail}");
        }

        meter.Add(frame, restored, result.Route);
    }
}
