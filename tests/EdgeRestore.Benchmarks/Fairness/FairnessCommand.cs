using System.CommandLine;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>
/// What others do to a stream that behaves: bad clients, overload, calls that are cancelled; and what is checked.
/// </summary>
internal static class FairnessCommand
{
    public static Command Create(
        IEnumerable<Option> shared, Func<ParseResult, BenchmarkOptions> read,
        Func<BenchmarkOptions, Func<BenchmarkOptions, BenchmarkReport, Task>, Task<int>> run)
    {
        var overload = new Option<double>("--overload-seconds")
        {
            DefaultValueFactory = _ => 60,
            Description = "Time of each of the three overloads",
        };
        var command = new Command(
            "fairness",
            "Measures a good stream beside nothing and beside each bad client, in turns; overload ten times over; how "
            + "soon cancelled calls give their frames back; and what the check of results costs.\n\n"
            + "Bad clients are processes of their own, at a lower priority: what they burn is not what is measured.\n\n"
            + "Example: ./edgerestore benchmark fairness --rounds 5 --overload-seconds 120\n\n"
            + "Exit codes: 0 every target met; 1 a target missed; 2 wrong option; 5 cannot run.")
        {
            overload,
        };
        foreach (var option in shared)
        {
            command.Add(option);
        }

        command.SetAction((parsed, _) => run(read(parsed), (options, report) => MeasureAsync(
            options, report, TimeSpan.FromSeconds(parsed.GetValue(overload)))));
        return command;
    }

    private static async Task MeasureAsync(BenchmarkOptions options, BenchmarkReport report, TimeSpan overloadTime)
    {
        var scratch = Directory.CreateTempSubdirectory("edgerestore-bench-");
        try
        {
            var packages = new BenchmarkPackages(options, scratch.FullName);
            OutputCheckBenchmark.Run(options, packages, report);
            await BadClientBenchmark.RunAsync(options, packages, report);
            await ReleaseBenchmark.RunAsync(options, packages, report);
            await OverloadBenchmark.RunAsync(options, packages, report, overloadTime);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
