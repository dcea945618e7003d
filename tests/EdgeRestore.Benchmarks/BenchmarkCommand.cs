using System.CommandLine;

namespace EdgeRestore.Benchmarks;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var package = new Option<string?>("--package")
        {
            Description = "Package for the rate [default: the edge network with untrained weights]",
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
            Description = "Negative control: hold up every measured frame. With 5, every check must fail",
        };
        var write = new Option<string?>("--write")
        {
            Description = "Folder for the results as Markdown, such as tests/EdgeRestore.Benchmarks/results/NAME",
            HelpName = "DIR",
        };
        var command = new RootCommand(
            "Measures what serving costs, and what channel selection gains; prints one table.\n\n" +
            "Contestants take turns within one run, and ratios are medians over rounds, so that what else the " +
            "machine does hits all of them.\n\n" +
            "Example: bench --seconds 5 --write tests/EdgeRestore.Benchmarks/results/my-box\n\n" +
            "Exit codes: 0 every target met; 1 a target missed; 2 wrong option; 5 cannot run.")
        {
            package, width, height, rounds, seconds, slowDown, write,
        };
        command.SetAction(async (parsed, _) => await RunAsync(new BenchmarkOptions
        {
            Package = parsed.GetValue(package),
            Width = parsed.GetValue(width),
            Height = parsed.GetValue(height),
            RoundCount = parsed.GetValue(rounds),
            RoundTime = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            SlowDown = TimeSpan.FromMilliseconds(parsed.GetValue(slowDown)),
            Write = parsed.GetValue(write),
        }));
        var result = command.Parse(args);
        if (result.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync(string.Join(' ', result.Errors.Select(error => error.Message)));
            return 2;
        }

        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static async Task<int> RunAsync(BenchmarkOptions options)
    {
        var report = new BenchmarkReport(options);
        var scratch = Directory.CreateTempSubdirectory("edgerestore-bench-");
        try
        {
            var packages = new BenchmarkPackages(options, scratch.FullName);
            AllocationBenchmark.Run(options, packages, report);
            SelectionBenchmark.Run(options, packages, report);
            await LatencyBenchmark.RunAsync(options, packages, report);
            await RateBenchmark.RunAsync(options, packages, report);
            report.Print(Console.Out);
            report.Write();
            return report.IsEveryTargetMet ? 0 : 1;
        }
        catch (EdgeRestoreException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 5;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
