using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary>Every route's forms against FP32 on a whole frame.</summary>
internal static class FormSpeedBenchmark
{
    public const int Threads = 2;

    // Target: INT8 over FP32 for the whole network; a route may be below the target, but not below the least.
    private const double Target = 1.3;
    private const double Least = 1.15;

    // FP32 against itself in the same rounds: what is further off is the machine's, not a form's.
    private const double ControlTolerance = 0.05;

    // Operators of our own have to be worth their code.
    private const double KernelTarget = 1.1;

    public static void Run(BenchmarkOptions options, FormPackage forms, BenchmarkReport report)
    {
        MeasureKernels(options, forms.Routes[0], report);
        using var frame = SpeedTrial.Noise(options.Width, options.Height);
        using var restored = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        var logarithms = new List<double>();
        foreach (var route in forms.Routes)
        {
            var isFirst = logarithms.Count == 0;
            using var single = new FrameGraph(route.Single, Threads);
            using var int8 = new FrameGraph(route.Int8, Threads);
            using var half = new FrameGraph(route.Half, Threads);
            using var control = isFirst ? new FrameGraph(route.Single, Threads) : null;
            List<Action> contestants =
            [
                () => single.Run(frame, restored),
                () =>
                {
                    int8.Run(frame, restored);
                    Thread.Sleep(options.SlowDown);
                },
                () => half.Run(frame, restored),
            ];
            if (control is not null)
            {
                contestants.Add(() => control.Run(frame, restored));
            }

            var trial = FormTrial.Run(contestants, options.RoundCount);
            var name = route.Degradation.ToName();
            report.Add(
                $"{name}: FP32 / INT8 / FP16",
                $"{trial.WallMs(0):F0} / {trial.WallMs(1):F0} / {trial.WallMs(2):F0} ms");
            report.AddAtLeast($"{name}: INT8 times FP32's speed", trial.Speed(1).Median, Least, "F2", trial.Spread(1));
            report.Add($"{name}: FP16 times FP32's speed", $"{trial.Speed(2).Median:F2} ({trial.Spread(2)})");
            if (control is not null)
            {
                report.AddAtMost(
                    $"control, {name}: FP32 against itself, off from 1",
                    Math.Abs(trial.Speed(3).Median - 1), ControlTolerance,
                    "F3", trial.Spread(3));
            }

            logarithms.Add(Math.Log(trial.Speed(1).Median));
        }

        report.AddAtLeast(
            $"INT8 times FP32's speed, mean of {logarithms.Count} routes", Math.Exp(logarithms.Average()), Target,
            "F2");
    }

    private static void MeasureKernels(BenchmarkOptions options, RouteForms route, BenchmarkReport report)
    {
        using var frame = SpeedTrial.Noise(options.Width, options.Height);
        using var restored = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        foreach (var (precision, file) in new[] { ("FP32", route.Single), ("INT8", route.Int8) })
        {
            using var plain = new FrameGraph(file, Threads, usesKernels: false);
            using var ours = new FrameGraph(file, Threads);
            var trial = FormTrial.Run(
                [
                    () => plain.Run(frame, restored),
                    () =>
                    {
                        ours.Run(frame, restored);
                        Thread.Sleep(options.SlowDown);
                    },
                ],
                options.RoundCount);
            report.AddAtLeast(
                $"{route.Degradation.ToName()}, {precision}: with operators of our own over ONNX Runtime's alone",
                trial.Speed(1).Median,
                KernelTarget, "F2", trial.Spread(1));
        }
    }
}
