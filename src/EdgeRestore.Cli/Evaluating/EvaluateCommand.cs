using System.CommandLine;
using System.Diagnostics;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Photographs;
using EdgeRestore.Cli.Restoring;
using EdgeRestore.Degradations;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary><c>evaluate</c>: what a package is worth, in this process.</summary>
internal static class EvaluateCommand
{
    private const string Description = $"""
        Measures a package: PSNR and SSIM before and after restoration for every degradation, routing accuracy with its
        confusion matrix, and what those frames gained or lost that were misrouted or passed through.

        Without --folder this is protocol {EvalProtocol.Name}: the held-out photographs (fetched when missing), fixed crops,
        parameters and seeds, every degraded input checked against its committed hash. With --folder the same
        degradations over your own photographs. Every frame is classified by itself; ms/frame is classifying and restoring.

        Example: ./edgerestore evaluate --package deploy/models/edgerestore-default --out evaluation

        Exit codes: 0 measured; 2 wrong command line; 5 cannot run (package, photographs, disk).
        """;

    public static Command Create()
    {
        var folder = new Option<string?>("--folder")
        {
            Description = "Your own photographs instead of the held-out ones",
            HelpName = "folder",
        };
        var @out = new Option<string?>("--out")
        {
            Description = "Folder for contact-sheet.png and evaluation.json; none is written when not given",
            HelpName = "folder",
        };
        var rows = CreateRows();
        var json = ScreenOption.CreateJson();
        var restorer = new RestorerOption();
        var command = new Command("evaluate", Description) { folder, rows, @out, json };
        restorer.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var output = parsed.GetValue(@out) is { } path ? OutputFolder.Open(path) : null;
            using var loaded = restorer.Load(parsed, screen);
            var run = new EvaluationRun(InProcess(loaded));
            using var pictures = run.Pictures;
            var own = parsed.GetValue(folder);
            var chosen = parsed.GetValue(rows) ?? EvalRow.All;
            var frames = own is null
                ? await RunProtocolAsync(run, chosen, screen, token)
                : await RunOwnAsync(run, own, chosen, screen, token);
            var report = new EvaluationReport
            {
                Protocol = (own is null ? EvalProtocol.Name : $"the degradations of {EvalProtocol.Name} over '{own}'")
                    + (chosen.Count == EvalRow.All.Length ? "" : " in part"),
                Package = $"{loaded.Package.Manifest.Name} {loaded.Package.Manifest.Version}",
                PackageSha256 = loaded.Package.Sha256,
                Device = loaded.Providers[^1].Provider,
                Summary = EvaluationSummary.Of(frames),
                Frames = frames,
            };
            report.Show(screen);
            if (output is not null)
            {
                report.Write(output, pictures);
                screen.Line($"Contact sheet: {output.Resolve(EvaluationReport.SheetName)}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<IReadOnlyList<ScoredFrame>> RunProtocolAsync(
        EvaluationRun run, IReadOnlyList<EvalRow> rows, Screen screen, CancellationToken token)
    {
        var library = await PhotographsCommand.FetchAsync(PhotographSet.HeldOut, screen, token);
        using var protocol = new EvalProtocol(library);
        return await screen.ProgressAsync(
            "Evaluating",
            EvalProtocol.CountCases(rows.Count),
            steps => Task.Run(() => run.RunAsync(protocol.Enumerate(rows), steps, token), token));
    }

    private static Task<IReadOnlyList<ScoredFrame>> RunOwnAsync(
        EvaluationRun run, string folder, IReadOnlyList<EvalRow> rows, Screen screen, CancellationToken token)
    {
        var images = InputImages.Find([folder]);
        return screen.ProgressAsync(
            "Evaluating",
            images.Count * rows.Count,
            steps => Task.Run(() => run.RunAsync(OwnPhotographs.Enumerate(images, rows), steps, token), token));
    }

    private static Option<IReadOnlyList<EvalRow>> CreateRows() => new("--rows")
    {
        Description = "Only these rows of the table, with commas between: "
            + string.Join(", ", EvalRow.All.Select(row => row.Name)),
        HelpName = "names",
        CustomParser = result =>
        {
            var rows = new List<EvalRow>();
            foreach (var name in result.Tokens.Single().Value.Split(','))
            {
                if (EvalRow.Find(name) is { } row)
                {
                    rows.Add(row);
                }
                else
                {
                    result.AddError(
                        $"--rows names '{name}'. Allowed: {string.Join(", ", EvalRow.All.Select(row => row.Name))}.");
                }
            }

            return rows;
        },
    };

    private static RestoreFrame InProcess(Restorer restorer) => (degraded, restored, token) =>
    {
        // A router of its own for every frame: nothing is smoothed from one photograph to the next.
        var router = restorer.CreateRouter(new RoutingOptions { ClassifyEveryFrames = 1 });
        var started = Stopwatch.GetTimestamp();
        var result = restorer.Restore(degraded, restored, router, strength: 1, token);
        var elapsed = Stopwatch.GetElapsedTime(started);
        token.ThrowIfCancellationRequested();
        return result.Error == RestoreError.None
            ? Task.FromResult(new RoutedFrame(result.Route, result.Confidence, result.Bypassed, elapsed))
            : throw new EdgeRestoreException($"A frame could not be restored ({result.Error}): {result.Detail}");
    };
}
