using System.CommandLine;
using System.Diagnostics;
using System.Text;
using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Pairs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary><c>evaluate</c>: what a package is worth, in this process.</summary>
internal static class EvaluateCommand
{
    private const string Description = $"""
        Measures a package: PSNR and SSIM before and after restoration for every degradation, routing accuracy with its
        confusion matrix, and what those frames gained or lost that were misrouted or passed through.

        Without --folder this is protocol {EvalProtocol.Name}: the held-out photographs (fetched when missing),
        fixed crops, parameters and seeds, every degraded input checked against its committed hash;
        {EvalProtocol.SecondName} is the same with degradations by other formulas. With --folder the degradations
        of {EvalProtocol.Name} over your own photographs, or, with the name of a benchmark's layout as --protocol,
        the pairs of its folder. The convention of the figures is printed beside them. Every frame is classified
        by itself; ms/frame is classifying and restoring. A report (--out) of {EvalProtocol.Name} has
        {EvalProtocol.SecondName} in it, too, and what evaluate video has written into the same folder before.

        Example: ./edgerestore evaluate --package deploy/models/edgerestore-default --out evaluation
                 ./edgerestore evaluate --protocol eval-v2 --baselines --wrong-routes 2
                 ./edgerestore evaluate --real ~/foggy --out evaluation
                 ./edgerestore evaluate --package csnet --unsnapped unsnapped.onnx
                 ./edgerestore evaluate --protocol rain100l --folder data/Rain100L/test

        Exit codes: 0 measured; 2 wrong command line; 5 cannot run (package, photographs, Python for baselines, disk).
        """;

    public static Command Create()
    {
        var folder = new Option<string?>("--folder")
        {
            Description = "Your own photographs instead of the held-out ones, or the pairs of a benchmark",
            HelpName = "folder",
        };
        var protocol = new Option<string>("--protocol")
        {
            Description = "What is measured: "
                + $"{EvalProtocol.Name}, {EvalProtocol.SecondName}, or a benchmark's layout of pairs, which needs --folder",
            DefaultValueFactory = _ => EvalProtocol.Name,
        }.OneOf([.. EvaluationProtocols.Names]);
        var @out = new Option<string?>("--out")
        {
            Description =
                $"Folder for {HtmlReport.Name}, {EvaluationReport.SheetName}, {EvaluationReport.ExtremesName} "
                + $"(of each case) and {EvaluationReport.JsonName}; none is written when not given",
            HelpName = "folder",
        };
        var baselines = new Option<bool>("--baselines")
        {
            Description =
                "Also classical methods told the degradation's name (needs python3-opencv, python3-skimage)",
        };
        var wrongRoutes = new Option<int>("--wrong-routes")
        {
            Description =
                "Takes each of so many first images of every case through every route: what a wrong one costs",
            HelpName = "images",
        }.AtLeast(0);
        var niqe = new Option<bool>("--niqe")
        {
            Description = "Also NIQE, which needs no clean frame, over all frames of a case before and after",
        };
        var unsnapped = new Option<string?>("--unsnapped")
        {
            Description = "Also this network (export onnx --embedding), steered by each frame's own embedding instead of "
                + "its class's prompt",
            HelpName = "file.onnx",
        };
        var real = new Option<string?>("--real")
        {
            Description = "Also a folder of photographs that came degraded: route and confidence of each, NIQE before and after",
            HelpName = "folder",
        };
        var rows = CreateRows();
        var json = ScreenOption.CreateJson();
        var restorer = new RestorerOption();
        var command = new Command("evaluate", Description)
        {
            protocol, folder, rows, baselines, wrongRoutes, unsnapped, niqe, real, @out, json,
        };
        restorer.AddTo(command);
        command.Add(EvaluateVideoCommand.Create());
        command.Validators.Add(result =>
        {
            if (PairLayout.Find(result.GetValue(protocol) ?? "") is { } layout && result.GetValue(folder) is null)
            {
                result.AddError(
                    $"Protocol '{layout.Name}' is measured on a folder of pairs ({layout.Convention}). Name it with "
                    + "--folder.");
            }
        });
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var output = parsed.GetValue(@out) is { } path ? OutputFolder.Open(path) : null;
            using var loaded = restorer.Load(parsed, screen);
            using var kept = new KeptFrames();
            var cases = new EvaluationCases(
                parsed.GetRequiredValue(protocol), parsed.GetValue(folder), parsed.GetValue(rows) ?? EvalRow.All);
            var forced = parsed.GetValue(wrongRoutes);
            var wrong = new WrongRoutes();
            using var compared = parsed.GetValue(unsnapped) is { } network ? UnsnappedPrompts.Load(network, loaded) : null;
            var natural = new Naturalness();
            var seen = new Dictionary<string, int>();
            var run = new EvaluationRun(InProcess(loaded), (given, restored) =>
            {
                if (output is not null || parsed.GetValue(baselines))
                {
                    kept.Keep(given, restored);
                }

                if (parsed.GetValue(niqe))
                {
                    natural.Add(given, restored);
                }

                compared?.Measure(given, restored);
                seen[given.Row.Name] = seen.GetValueOrDefault(given.Row.Name) + 1;
                if (seen[given.Row.Name] <= forced)
                {
                    wrong.Measure(loaded, given, token);
                }
            });
            using var pictures = run.Pictures;
            var frames = await cases.RunAsync(run, screen, token);
            var summary = EvaluationSummary.Of(frames);
            var second = output is not null && cases.IsOfTheFirstGenerator
                ? GeneratorComparison.Of(
                    summary,
                    EvaluationSummary.Of(await (cases with { Protocol = EvalProtocol.SecondName }).RunAsync(
                        new EvaluationRun(InProcess(loaded)), screen, token)))
                : null;
            var report = new EvaluationReport
            {
                Protocol = cases.Title,
                Convention = EvaluationProtocols.ConventionOf(cases.Protocol),
                Package = $"{loaded.Package.Manifest.Name} {loaded.Package.Manifest.Version}",
                PackageSha256 = loaded.Package.Sha256,
                Device = loaded.Providers[^1].Provider,
                Command = $"./edgerestore {string.Join(' ', parsed.Tokens.Select(word => word.Value))}",
                Summary = summary,
                Frames = frames,
                Baselines = parsed.GetValue(baselines) ? await Baselines.MeasureAsync(kept, frames, token) : null,
                WrongRoutes = forced > 0 ? wrong.ToTable() : null,
                Second = second,
                Real = parsed.GetValue(real) is { } files ? RealFiles.Measure(loaded, files, token) : null,
                Unsnapped = compared?.ToTable(),
                Niqe = parsed.GetValue(niqe) ? natural.ToTable() : null,
            };
            report.Show(screen);
            if (output is not null)
            {
                report.Write(output, pictures);
                output.Write(EvaluationReport.ExtremesName, ExtremesSheet.ToPng(kept, frames));
                output.Write(HtmlReport.Name, Encoding.UTF8.GetBytes(new HtmlReport(report, kept, VideoSection.Find(output, loaded.Package.Sha256)).Render()));
                screen.Line($"Contact sheet: {output.Resolve(EvaluationReport.SheetName)}");
                screen.Line($"Report: {output.Resolve(HtmlReport.Name)}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    internal static Option<IReadOnlyList<EvalRow>> CreateRows() => new("--rows")
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
        return result.Detail is null
            ? Task.FromResult(new RoutedFrame(result.Route, result.Confidence, result.Bypassed, elapsed))
            : throw new EdgeRestoreException($"A frame could not be restored: {result.Detail}");
    };
}
