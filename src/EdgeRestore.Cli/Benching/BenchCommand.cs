using System.CommandLine;
using System.Diagnostics;
using EdgeRestore.Cli.Output;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Cli.Benching;

/// <summary><c>bench</c>: what does this machine give?</summary>
internal static class BenchCommand
{
    private const string Description = """
        Answers in a minute what this machine gives with a package: frames a second, milliseconds per frame (median and 99th
        percentile) and memory, by frame size, precision, route and number of threads, in one process and without a daemon. Prints
        a table and writes a picture (bench.png) and JSON (bench.json).

        Frames run one after another on made-up pictures; how long a network takes does not depend on what they show. Compare
        runs on a quiet machine only. What serving adds to it: ./edgerestore benchmark.

        Example: ./edgerestore bench --seconds 60 --out bench

        Exit codes: 0 measured; 1 some could not be measured; 2 wrong command line; 5 cannot run (package, device, disk);
        130 interrupted.
        """;

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds")
        {
            Description = "Time for all measurements; what finds no time is left out and named",
            DefaultValueFactory = _ => 60,
        }.Between(1, 86_400);
        var folder = new Option<string?>("--out")
        {
            Description = "Folder for picture and JSON; .edgerestore/bench when not given",
            HelpName = "folder",
        };
        var json = ScreenOption.CreateJson();
        var restorer = new RestorerOption();
        var command = new Command("bench", Description) { seconds, folder, json };
        restorer.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var output = OutputFolder.Open(parsed.GetValue(folder) ?? Path.Combine(Installation.State, "bench"));
            var started = Stopwatch.GetTimestamp();
            var loaded = restorer.Load(parsed, screen);
            var manifest = loaded.Package.Manifest;
            var device = loaded.Providers.First(step => step.IsUsed).Provider;
            using var run = new BenchRun(
                loaded, Environment.ProcessorCount, parsed.GetRequiredValue(restorer.Device),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            var firstFrame = RestoreFirst(loaded, started);
            var plan = BenchPlan.Of(manifest, Environment.ProcessorCount, device);
            var cells = await screen.ProgressAsync(
                "Measuring", plan.Count, steps => Task.Run(() => run.Run(plan, steps, token), token));
            var report = new BenchReport
            {
                Package = $"{manifest.Name} {manifest.Version}",
                Device = device,
                Cores = Environment.ProcessorCount,
                Processor = Machine.Current.Processor,
                FirstFrameMs = firstFrame,
                PeakMiB = Process.GetCurrentProcess().PeakWorkingSet64 / (1024.0 * 1024.0),
                Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
                Cells = cells,
            };
            report.Show(screen);
            report.Write(output);
            screen.Line($"Picture: {output.Resolve(BenchReport.PictureName)}");
            screen.Document(report);
            return cells.Any(cell => cell.FrameCount == 0) ? ExitCode.PartFailed : ExitCode.Done;
        });
        return command;
    }

    private static double RestoreFirst(Restorer restorer, long started)
    {
        using var input = Frame.Rent(640, 480, PixelFormat.Rgb24);
        input.Pixels.Clear();
        using var output = Frame.Rent(640, 480, PixelFormat.Rgb24);
        var route = restorer.Package.Manifest.Routes[0].Degradation;
        restorer.Restore(
            input, output, restorer.CreateRouter(new RoutingOptions { FixedRoute = route }), 1, CancellationToken.None);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
