using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace EdgeRestore.Benchmarks;

/// <summary>
/// The trainer's step beside the same step in PyTorch over the same libtorch, each in a process of its own, in turns.
/// </summary>
/// <remarks>
/// What a process needs to start and to compile itself is taken out: PyTorch's by steps before the clock runs, ours as
/// the difference of a long run and a short one. Time on the processor counts, since a wall clock measures the other
/// work on the machine, too; ours has the making of the samples in it, which PyTorch gets for nothing here.
/// </remarks>
internal static class TrainingStepBenchmark
{
    // Target: the step within 1.2 times of PyTorch's; data loading never above 5 % of it.
    private const double RatioMax = 1.2;
    private const double DataShareMax = 0.05;

    // Of the published code's own fixture: what separates float32 sums in another order.
    private const double FixtureTolerance = 1e-4;

    private const int WarmUpSteps = 5;
    private const int Batch = 8;
    private const int Patch = 64;

    public static Command Create(
        Option<int> rounds,
        Option<string?> write,
        Func<ParseResult, Func<BenchmarkOptions, BenchmarkReport, Task>, Task<int>> run)
    {
        var steps = new Option<int>("--steps")
        {
            DefaultValueFactory = _ => 40,
            Description = "Steps of each contestant in each round",
        };
        var photographs = new Option<string>("--photographs")
        {
            DefaultValueFactory = _ => Path.Combine(".edgerestore", "photographs", "train"),
            Description = "Photographs that our samples are made of",
        };
        var command = new Command(
            "step",
            "Compares the trainer's step with the same step in PyTorch (apt-get install python3-torch): symunet-s, "
            + $"patches of {Patch}, batch {Batch}, one thread.\n\n"
            + "Example: ./edgerestore benchmark step --rounds 3\n\n"
            + "Exit codes: 0 every target met; 1 a target missed; 2 wrong option; 5 cannot run.")
        {
            steps, photographs, rounds, write,
        };
        command.SetAction((parsed, token) => run(
            parsed,
            (options, report) => RunAsync(
                options, parsed.GetValue(steps), parsed.GetRequiredValue(photographs), report, token)));
        return command;
    }

    private static async Task RunAsync(
        BenchmarkOptions options, int steps, string photographs, BenchmarkReport report, CancellationToken token)
    {
        var scratch = Directory.CreateTempSubdirectory("edgerestore-step-");
        try
        {
            await CheckAsync(report, token);
            foreach (var precision in (string[])["float32", "bfloat16"])
            {
                var (ours, published, tuned) = (new List<Step>(), new List<Step>(), new List<Step>());
                for (var round = 0; round < options.RoundCount; round++)
                {
                    ours.Add(await TrainAsync(scratch.FullName, precision, steps, photographs, token));
                    published.Add(await PyTorchAsync("published", precision, steps, token));
                    tuned.Add(await PyTorchAsync("tuned", precision, steps, token));
                }

                Show(precision, ours, published, tuned, report);
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static void Show(
        string precision, List<Step> ours, List<Step> published, List<Step> tuned, BenchmarkReport report)
    {
        foreach (var (name, rounds) in new[]
        {
            ("trainer", ours), ("PyTorch, as the authors write it", published),
            ("PyTorch, with the trainer's operators", tuned),
        })
        {
            report.Add(
                $"{precision}, {name}: processor time of a step",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Median(rounds, step => step.CpuMs):F0} ms, "
                    + $"{Median(rounds, step => step.PeakBytes) / 1e6:F0} MB at most"));
        }

        report.AddAtMost(
            $"{precision}, trainer over the authors' form", Ratio(ours, published), RatioMax, "F2");
        report.AddAtMost($"{precision}, trainer over the same operators", Ratio(ours, tuned), RatioMax, "F2");
        report.AddAtMost(
            $"{precision}, part of the step that waits for data", ours.Max(step => step.DataShare), DataShareMax);
    }

    private static double Ratio(List<Step> ours, List<Step> theirs) =>
        ours.Zip(theirs, (own, other) => own.CpuMs / other.CpuMs).Order().ElementAt(ours.Count / 2);

    private static double Median(List<Step> rounds, Func<Step, double> figure) =>
        rounds.Select(figure).Order().ElementAt(rounds.Count / 2);

    // That both forms compute what the authors' code does.
    private static async Task CheckAsync(BenchmarkReport report, CancellationToken token)
    {
        var golden = Path.Combine(Root, "tests", "EdgeRestore.Networks.Tests", "Golden");
        foreach (var form in (string[])["published", "tuned"])
        {
            using var document = await PythonAsync(["--form", form, "--check", golden], token);
            var difference = document.RootElement.EnumerateObject().Max(figure => figure.Value.GetDouble());
            report.AddAtMost(
                $"PyTorch, {form} form: largest difference from the published fixture", difference, FixtureTolerance,
                "0.0E+0");
        }
    }

    private static async Task<Step> PyTorchAsync(string form, string precision, int steps, CancellationToken token)
    {
        using var document = await PythonAsync(
            [
                "--form", form, "--precision", precision, "--patch", $"{Patch}", "--batch", $"{Batch}",
                "--warm-up", $"{WarmUpSteps}", "--steps", $"{steps}",
            ],
            token);
        var figures = document.RootElement;
        return new Step(
            figures.GetProperty("cpuMs").GetDouble(), figures.GetProperty("peakBytes").GetDouble(), DataShare: 0);
    }

    private static async Task<Step> TrainAsync(
        string scratch, string precision, int steps, string photographs, CancellationToken token)
    {
        var recipe = Path.Combine(scratch, "step.yaml");
        await File.WriteAllTextAsync(
            recipe,
            $$"""
            network: symunet-s
            steps: 1
            optimizer: { precision: {{precision}} }
            phases: [ { until: 1, patch: {{Patch}}, batch: {{Batch}} } ]
            weights: { noise: 1, rain: 1, haze: 1, snow: 1, low-light: 1, compression: 1 }
            validation: { photographs: 1, cropPixels: 64, every: 1 }
            """,
            token);
        var shortRun = await RunTrainerAsync(scratch, recipe, WarmUpSteps, photographs, token);
        var longRun = await RunTrainerAsync(scratch, recipe, WarmUpSteps + steps, photographs, token);
        return new Step(
            (longRun.CpuMs - shortRun.CpuMs) / steps, longRun.PeakBytes, longRun.DataShare);
    }

    // Sums over a run, and its last share.
    private static async Task<Step> RunTrainerAsync(
        string scratch, string recipe, int steps, string photographs, CancellationToken token)
    {
        var run = Path.Combine(scratch, $"run-{Guid.NewGuid():N}");
        var trainer = Path.Combine(
            Root, "src", "EdgeRestore.Training", "bin", "Release", "net10.0", "EdgeRestore.Training.dll");
        var output = await RunAsync(
            "dotnet",
            [
                trainer, "train", recipe, "--photographs", Path.GetFullPath(photographs), "--out", run, "--steps",
                $"{steps}",
                "--threads", "1", "--device", "cpu", "--json",
            ],
            token);
        var peak = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(
            line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.GetProperty("event").GetString() == "finished").GetProperty("peakBytes").GetDouble();
        var rows = File.ReadLines(Path.Combine(run, "steps.csv")).Skip(1)
            .Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())
            .ToList();
        var last = rows[^1];

        // step, trained_s, cpu_s, ..., data_share
        return new Step(1000 * last[2], peak, last[^1]);
    }

    private static async Task<JsonDocument> PythonAsync(IReadOnlyList<string> arguments, CancellationToken token) =>
        JsonDocument.Parse(await RunAsync(
            "/usr/bin/python3",
            [Path.Combine(AppContext.BaseDirectory, "training_step.py"), "--threads", "1", .. arguments],
            token));

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken token)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Both sides as the launcher starts the trainer, tcmalloc included.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(token);
        var output = await process.StandardOutput.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return process.ExitCode == 0
            ? output
            : throw new EdgeRestoreException(
                $"'{program} {string.Join(' ', arguments)}' ended with exit code {process.ExitCode}: "
                + $"{(await errors).Trim()}\n{output.Trim()} The trainer is built by ./edgerestore setup test; PyTorch "
                + "is Debian's python3-torch.");
    }

    private static string Root => Environment.GetEnvironmentVariable("EDGERESTORE_ROOT") is { Length: > 0 } root
        ? root
        : throw new EdgeRestoreException("EDGERESTORE_ROOT is not set. Start through ./edgerestore benchmark step.");

    /// <summary>One step, or a sum of them.</summary>
    private readonly record struct Step(double CpuMs, double PeakBytes, double DataShare);
}
