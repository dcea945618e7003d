using System.Globalization;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary>What forms lose on held-out photographs.</summary>
internal static class FormQualityBenchmark
{
    /// <summary>The most that 8 bits may lose of a degradation, in dB.</summary>
    public const double LossMax = 0.10;

    // DESIGN: FP16 over FP32.
    private const double HalfLossMax = 0.01;

    // Target: between the results of INT8 and FP32 for frames that nothing is wrong with.
    private const double ClearMin = 50;

    // FP16's loss is the same everywhere, and a CPU takes long for it.
    private const int HalfPhotographs = 3;

    public static void Run(FormPackage forms, int photographs, BenchmarkReport report)
    {
        foreach (var route in forms.Routes)
        {
            var rows = EvalRow.All.Where(row => row.Degradation == route.Degradation).ToArray();
            foreach (var cost in Judge(forms, route, isHalf: false, rows, photographs))
            {
                var detail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"worst of {cost.Frames} {cost.WorstDrop:F3}, {cost.PsnrBetween:F1} dB apart");
                report.AddAtMost($"{cost.Row}: INT8 loses, dB", cost.Drop, LossMax, "F3", detail);
                RequireFinite(cost, route);
            }

            foreach (var cost in Judge(forms, route, isHalf: true, rows, Math.Min(photographs, HalfPhotographs)))
            {
                report.AddAtMost(
                    $"{cost.Row}: FP16 loses, dB", cost.Drop, HalfLossMax, "F4", $"{cost.Frames} photographs");
                RequireFinite(cost, route);
            }
        }
    }

    /// <summary>Photographs that nothing is wrong with, through every route.</summary>
    public static void RunClear(FormPackage forms, int photographs, BenchmarkReport report)
    {
        foreach (var route in forms.Routes)
        {
            using var single = new FrameGraph(route.Single, FormSpeedBenchmark.Threads);
            using var int8 = new FrameGraph(route.Int8, FormSpeedBenchmark.Threads);
            var between = new List<double>();
            foreach (var frame in forms.Protocol.Enumerate([EvalRow.All[0]], photographs))
            {
                using var expected = Frame.Rent(frame.Clean.Width, frame.Clean.Height, PixelFormat.Rgb24);
                using var actual = Frame.Rent(frame.Clean.Width, frame.Clean.Height, PixelFormat.Rgb24);
                single.Run(frame.Clean, expected);
                int8.Run(frame.Clean, actual);
                between.Add(Psnr.Compute(expected, actual));
            }

            report.AddAtLeast(
                $"{route.Degradation.ToName()}, clear frames: INT8 against FP32's output, dB", between.Average(),
                ClearMin, "F1",
                string.Create(CultureInfo.InvariantCulture, $"least {between.Min():F1} of {between.Count}"));
        }
    }

    private static IReadOnlyList<RouteJudgement> Judge(
        FormPackage forms, RouteForms route, bool isHalf, IReadOnlyList<EvalRow> rows,
        int photographs) => RouteJudgement.Judge(
        route.Single, isHalf ? route.Half : route.Int8, forms.Protocol, rows, photographs, CancellationToken.None);

    private static void RequireFinite(RouteJudgement cost, RouteForms route)
    {
        if (cost.NonFinite > 0)
        {
            throw new EdgeRestoreException(
                $"A form of '{route.File}' gave {cost.NonFinite} NaN or infinite values on {cost.Row}; none are "
                + "allowed. Make the package's forms anew with './edgerestore quantize auto'.");
        }
    }
}
