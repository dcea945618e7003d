using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>Evaluations as a person reads them.</summary>
internal static class EvaluationTables
{
    public static void ShowCases(EvaluationSummary summary, Screen screen) => screen.Table(
        [
            "given", "route taken", "of", "right", "passed", "confidence", "PSNR in", "out", "gain dB", "SSIM in", "out",
            "ms/frame",
        ],
        [.. summary.Cases.Select(row => (string[])
        [
            row.Case,
            row.MainRoute,
            $"{row.MainRouteCount}/{row.FrameCount}",
            $"{row.RightRouteCount}",
            $"{row.BypassedCount}",
            $"{row.Confidence:F2}",
            $"{row.Before.Psnr:F2}",
            $"{row.After.Psnr:F2}",
            Signed(row.After.Psnr - row.Before.Psnr),
            $"{row.Before.Ssim:F4}",
            $"{row.After.Ssim:F4}",
            $"{row.Milliseconds:F0}",
        ])],
        textColumns: 2);

    /// <summary>Rows: degradation given; columns: route taken, by number.</summary>
    public static void ShowConfusion(EvaluationSummary summary, Screen screen)
    {
        var names = DegradationNames.All.Select(degradation => degradation.ToName()).ToArray();
        screen.Line("Routing: rows were given, columns were taken");
        screen.Table(
            [.. names.Select((_, index) => $"{index}").Prepend("given")],
            [.. summary.Confusion.Select((row, given) =>
                row.Select(count => count == 0 ? "." : $"{count}").Prepend($"{given} {names[given]}").ToArray())]);
    }

    public static void ShowVerdict(EvaluationSummary summary, Screen screen)
    {
        var harm = summary.Harm;
        screen.Line($"Routing accuracy: {summary.RoutingAccuracy * 100:F1} %");
        screen.Line(harm.FrameCount == 0
            ? "No frame was misrouted, no degraded frame passed through."
            : $"Misrouted, or passed through although degraded: {harm.FrameCount} frames, PSNR "
                + $"{Signed(harm.MeanPsnrChange)} dB on average, {Signed(harm.WorstPsnrChange)} dB at worst");
    }

    private static string Signed(double decibels) => $"{decibels:+0.00;-0.00;0.00}";
}
