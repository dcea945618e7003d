using System.CommandLine;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary><c>benchmark quantization</c>: the numbers that quantisation answers to, in one run.</summary>
internal static class FormsCommand
{
    private const int Rounds = 9;
    private const int ShortRounds = 3;
    private const int Photographs = 24;
    private const int ShortPhotographs = 2;

    public static Command Create(
        Option<string?> package, Option<double> slowDown, Option<string?> write,
        Func<BenchmarkOptions, Func<BenchmarkOptions, BenchmarkReport, Task>, Task<int>> run)
    {
        var isShort = new Option<bool>("--short")
        {
            Description = $"{ShortRounds} rounds and {ShortPhotographs} photographs, to see that all of it works",
        };
        var rounds = new Option<int?>("--rounds")
        {
            Description = $"Rounds, in turns [default: {Rounds}, --short: {ShortRounds}]",
        };
        var photographs = new Option<string?>("--photographs")
        {
            Description = "Folder with the held-out photographs [default: .edgerestore/photographs]",
            HelpName = "folder",
        };
        var width = new Option<int>("--width") { DefaultValueFactory = _ => 640, Description = "Pixels" };
        var height = new Option<int>("--height") { DefaultValueFactory = _ => 360, Description = "Pixels" };
        var command = new Command(
            "quantization",
            "Measures the package's 8-bit and FP16 forms against its FP32 networks on this CPU, two threads, in turns: "
            + "speed, loss on held-out photographs, size; SymUNet of width 48; and what calibrating takes.\n\n"
            + "Control: FP32 against itself, and ranges cut to half, which must lose; --slow-down-ms 200 must fail "
            + "every speed.\n\nExample: ./edgerestore benchmark quantization --write "
            + "tests/EdgeRestore.Benchmarks/results/my-box\n\nExit codes: 0 every target met; 1 a target missed; 2 "
            + "wrong option; 5 cannot run.")
        {
            package, photographs, isShort, rounds, width, height, slowDown, write,
        };
        command.SetAction((parsed, _) =>
        {
            var quick = parsed.GetValue(isShort);
            var options = new BenchmarkOptions
            {
                Name = "Quantization",
                Package = parsed.GetValue(package),
                Width = parsed.GetValue(width),
                Height = parsed.GetValue(height),
                RoundCount = parsed.GetValue(rounds) ?? (quick ? ShortRounds : Rounds),
                RoundTime = TimeSpan.Zero,
                SlowDown = TimeSpan.FromMilliseconds(parsed.GetValue(slowDown)),
                Write = parsed.GetValue(write),
            };
            return run(options, (_, report) =>
            {
                Measure(options, report, parsed.GetValue(photographs), quick);
                return Task.CompletedTask;
            });
        });
        return command;
    }

    private static void Measure(BenchmarkOptions options, BenchmarkReport report, string? photographs, bool quick)
    {
        var scratch = Directory.CreateTempSubdirectory("edgerestore-bench-");
        try
        {
            using var forms = FormPackage.Open(options.Package, photographs);
            FormSpeedBenchmark.Run(options, forms, report);
            WideNetworkBenchmark.Run(options, quick ? 96 : 256, report);
            FormQualityBenchmark.Run(forms, quick ? ShortPhotographs : Photographs, report);
            FormQualityBenchmark.RunClear(forms, quick ? 1 : 6, report);
            FormSizeBenchmark.Run(forms, scratch.FullName, report);
            FormCalibrationBenchmark.Run(options, forms, quick ? 2 : 8, report);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
