using System.CommandLine;
using System.CommandLine.Help;
using EdgeRestore.Benchmarks.Fairness;
using EdgeRestore.Benchmarks.Forms;
using EdgeRestore.Benchmarks.Fuzz;
using EdgeRestore.Benchmarks.Soak;

namespace EdgeRestore.Benchmarks;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    private const string Verb = "benchmark";

    public static async Task<int> RunAsync(string[] args)
    {
        var package = new Option<string?>("--package")
        {
            Description = "Package for the rate [default: the one that comes with the program]",
            HelpName = "DIR",
        };
        // Small: what serving adds, and the control's 5 ms, must show beside the engine's own time.
        var width = new Option<int>("--width") { DefaultValueFactory = _ => 160, Description = "Pixels" };
        var height = new Option<int>("--height") { DefaultValueFactory = _ => 120, Description = "Pixels" };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 7, Description = "Rounds, in turns" };
        var seconds = new Option<double>("--seconds")
        {
            DefaultValueFactory = _ => 2,
            Description = "Time of one contestant in one round",
        };
        var slowDown = new Option<double>("--slow-down-ms")
        {
            Description = "Negative control: hold up every measured frame. With 5, every check of time must fail",
        };
        var write = new Option<string?>("--write")
        {
            Description = "Folder for the results as Markdown, such as tests/EdgeRestore.Benchmarks/results/NAME",
            HelpName = "DIR",
        };
        var command = new Command(
            Verb,
            "Measures what serving costs, and what channel selection gains; prints one table.\n\n" +
            "Contestants take turns within one run, and ratios are medians over rounds, so that what else the " +
            "machine does hits all of them.\n\n" +
            "Example: ./edgerestore benchmark --seconds 5 --write tests/EdgeRestore.Benchmarks/results/my-box\n\n" +
            "Exit codes: 0 every target met; 1 a target missed; 2 wrong option; 5 cannot run.")
        {
            package, width, height, rounds, seconds, slowDown, write,
        };
        command.SetAction((parsed, _) => RunAsync(Read(parsed, "Serving"), MeasureServingAsync));

        var plain = new Argument<string>("plain")
        {
            Description = "Graph to be faster than, such as PyTorch's own export.",
        };
        var other = new Argument<string>("ours")
        {
            Description = "Graph of the same weights, from 'export onnx --float'.",
        };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 1, Description = "Threads of both" };
        var graphs = new Command(
            "graphs",
            "Runs two float graphs of one network in turns: how much faster is the second, and how far from the " +
            "first?\n\n" +
            "Inputs are (1, 3, H, W); sizes that neither graph fixes are --height and --width.\n\n" +
            "Example: ./edgerestore benchmark graphs plain.onnx ours.onnx --seconds 5\n\n" +
            "Exit codes: 0 every target met; 1 a target missed; 2 wrong option; 5 cannot run.")
        {
            plain, other, threads, width, height, rounds, seconds, slowDown, write,
        };
        graphs.SetAction((parsed, _) => RunAsync(Read(parsed, "Graphs"), (options, report) =>
        {
            GraphBenchmark.Run(
                options, parsed.GetRequiredValue(plain), parsed.GetRequiredValue(other), parsed.GetValue(threads),
                report);
            return Task.CompletedTask;
        }));
        command.Add(graphs);
        command.Add(FairnessCommand.Create(
            [package, width, height, rounds, seconds, slowDown, write], parsed => Read(parsed, "Fairness"), RunAsync));
        command.Add(TrainingStepBenchmark.Create(
            rounds, write, (parsed, measure) => RunAsync(Read(parsed, "TrainingStep"), measure)));
        command.Add(FormsCommand.Create(package, slowDown, write, RunAsync));
        command.Add(SoakCommand.Create());
        command.Add(FuzzCommand.Create());

        BenchmarkOptions Read(ParseResult parsed, string name) => new()
        {
            Name = name,
            Package = parsed.GetValue(package),
            Width = parsed.GetValue(width),
            Height = parsed.GetValue(height),
            RoundCount = parsed.GetValue(rounds),
            RoundTime = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            SlowDown = TimeSpan.FromMilliseconds(parsed.GetValue(slowDown)),
            Write = parsed.GetValue(write),
        };

        // Below the launcher, so that usage shows what a person types.
        var launcher = new Command("./edgerestore") { new HelpOption(), command };
        var result = launcher.Parse([Verb, .. args]);
        if (result.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync(string.Join(' ', result.Errors.Select(error => error.Message)));
            return 2;
        }

        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static async Task<int> RunAsync(
        BenchmarkOptions options, Func<BenchmarkOptions, BenchmarkReport, Task> measure)
    {
        var report = new BenchmarkReport(options);
        try
        {
            await measure(options, report);
            report.Print(Console.Out);
            report.Write();
            return report.IsEveryTargetMet ? 0 : 1;
        }
        catch (EdgeRestoreException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 5;
        }
    }

    private static async Task MeasureServingAsync(BenchmarkOptions options, BenchmarkReport report)
    {
        var scratch = Directory.CreateTempSubdirectory("edgerestore-bench-");
        try
        {
            var packages = new BenchmarkPackages(options, scratch.FullName);
            AllocationBenchmark.Run(options, packages, report);
            SelectionBenchmark.Run(options, packages, report);
            await StartBenchmark.RunAsync(options, packages, report);
            await MemoryBenchmark.RunAsync(options, packages, report);
            await LatencyBenchmark.RunAsync(options, packages, report);
            await SharedMemoryBenchmark.RunAsync(options, packages, report);
            await TransportBenchmark.RunAsync(options, packages, report);
            BatchBenchmark.Run(options, packages, report);
            await RateBenchmark.RunAsync(options, packages, report);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
