using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>Evaluations as a person reads them.</summary>
internal static class EvaluationTables
{
    public static void ShowCases(EvaluationSummary summary, Screen screen) => screen.Table(
        [
            "given", "route taken", "of", "right", "passed", "confidence", "PSNR in", "out", "gain dB", "SSIM in",
            "out", "ms/frame",
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

    /// <summary>Degradations by other formulas over the same photographs.</summary>
    public static void ShowSecond(GeneratorComparison second, Screen screen)
    {
        screen.Line($"The same photographs under {second.Protocol}, whose degradations follow other formulas");
        screen.Table(
            ["given", "right", "PSNR in", "out", "gain dB", "gain kept %"],
            [.. second.Cases.Select(row => (string[])
            [
                row.Case,
                $"{row.RightRouteCount}/{row.FrameCount}",
                $"{row.Before.Psnr:F2}",
                $"{row.After.Psnr:F2}",
                Signed(row.After.Psnr - row.Before.Psnr),
                row.GainKept is { } kept ? $"{kept * 100:F0}" : "-",
            ])]);
        screen.Line(second.Verdict());
    }

    /// <summary>Photographs without a clean one.</summary>
    public static void ShowReal(RealFilesSummary real, Screen screen)
    {
        screen.Line($"Photographs that came degraded: NIQE over all of them {real.NiqeBefore:F2} before, {real.NiqeAfter:F2} after");
        screen.Table(
            ["file", "route taken", "size", "confidence", "passed"],
            [.. real.Files.Select(file => (string[])
            [
                file.Name, file.Route, $"{file.Width}x{file.Height}", $"{file.Confidence:F2}", file.Bypassed ? "yes" : "no",
            ])],
            textColumns: 2);
    }

    /// <summary>Beside a classical method that is told the name of the degradation.</summary>
    public static void ShowBaselines(IReadOnlyList<BaselineSummary> baselines, Screen screen)
    {
        screen.Line("PSNR of doing nothing, of classical methods told the degradation's name, and of the package");
        screen.Table(
            ["given", "method", "identity", "classical", "package", "ahead by dB"],
            [.. baselines.Select(row => (string[])
            [
                row.Case,
                row.Method,
                $"{row.IdentityPsnr:F2}",
                $"{row.BaselinePsnr:F2}",
                $"{row.PackagePsnr:F2}",
                Signed(row.Ahead),
            ])],
            textColumns: 2);
        screen.Line(BaselineSummary.Verdict(baselines));
    }

    /// <summary>A selecting network by its class's prompt, as it serves, and by the frame's own embedding.</summary>
    public static void ShowUnsnapped(IReadOnlyList<UnsnappedSummary> cases, Screen screen)
    {
        screen.Line($"PSNR by prompts snapped to their class and not ({UnsnappedPrompts.Convention})");
        screen.Table(
            ["given", "identity", "snapped", "unsnapped", "difference dB"],
            [.. cases.Select(row => (string[])
            [
                row.Case,
                $"{row.IdentityPsnr:F2}",
                $"{row.SnappedPsnr:F2}",
                $"{row.UnsnappedPsnr:F2}",
                Signed(row.UnsnappedPsnr - row.SnappedPsnr),
            ])]);
    }

    /// <summary>Smaller is more like a clean photograph.</summary>
    public static void ShowNiqe(IReadOnlyList<NiqeSummary> cases, Screen screen)
    {
        screen.Line("NIQE over all frames of a case (smaller is better; fitted to the training list's photographs)");
        screen.Table(
            ["given", "clean", "degraded", "restored"],
            [.. cases.Select(row => (string[])
                [row.Case, $"{row.Clean:F2}", $"{row.Degraded:F2}", $"{row.Restored:F2}"])]);
    }

    /// <summary>Rows: degradation given; columns: route forced, by number.</summary>
    public static void ShowWrongRoutes(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> changes, Screen screen)
    {
        screen.Line("Change of PSNR in dB by every route: rows were given, columns were forced");
        var names = DegradationNames.All.Select(degradation => degradation.ToName()).ToList();
        var routes = names.Where(name => changes.Values.Any(row => row.ContainsKey(name))).ToList();
        screen.Table(
            [.. routes.Select(name => $"{names.IndexOf(name)}").Prepend("given")],
            [.. names.Where(changes.ContainsKey).Select(given =>
                routes.Select(route => $"{changes[given].GetValueOrDefault(route, double.NaN):+0.0;-0.0;0.0}")
                    .Prepend($"{names.IndexOf(given)} {given}").ToArray())]);
    }

    private static string Signed(double decibels) => $"{decibels:+0.00;-0.00;0.00}";
}
