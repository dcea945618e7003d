using System.Globalization;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>What of the gain and the routing is left when other formulas make the degradations.</summary>
internal sealed record GeneratorComparison
{
    // What shows that a package restores degradations and not one program's idea of them.
    private const double GainKeptMin = 0.5;
    private const double RoutingKeptMin = 0.9;

    public required string Protocol { get; init; }

    public required double RoutingAccuracy { get; init; }

    /// <summary>Of the first generator's routing.</summary>
    public required double RoutingKept { get; init; }

    public required IReadOnlyList<GeneratorRow> Cases { get; init; }

    public static GeneratorComparison Of(EvaluationSummary first, EvaluationSummary second) => new()
    {
        Protocol = EvalProtocol.SecondName,
        RoutingAccuracy = second.RoutingAccuracy,
        RoutingKept = first.RoutingAccuracy > 0 ? second.RoutingAccuracy / first.RoutingAccuracy : 1,
        Cases =
        [
            .. second.Cases.Select(row => new GeneratorRow(
                row.Case, row.RightRouteCount, row.FrameCount, row.Before, row.After,
                first.Cases.FirstOrDefault(other => other.Case == row.Case) is { } same && Gain(same) > 0
                    ? Gain(row) / Gain(same)
                    : null)),
        ],
    };

    /// <summary>One sentence: whether half of every gain and 90 % of the routing are left.</summary>
    public string Verdict()
    {
        var judged = Cases.Where(row => row.GainKept is not null).ToList();
        var lost = judged.Where(row => row.GainKept < GainKeptMin).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Under {Protocol} at least half of the gain is left in {judged.Count - lost.Count} of {judged.Count} cases")
            + (lost.Count == 0 ? "" : $" (not of {string.Join(", ", lost.Select(row => row.Case))})")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"; routing is right for {RoutingAccuracy * 100:F1} %, {RoutingKept * 100:F0} % of what it was (wanted: ")
            + string.Create(CultureInfo.InvariantCulture, $"{RoutingKeptMin * 100:F0} %).");
    }

    private static double Gain(CaseSummary row) => row.After.Psnr - row.Before.Psnr;
}

/// <param name="Case">As the first generator's.</param>
/// <param name="RightRouteCount">Frames routed right.</param>
/// <param name="FrameCount">Of all.</param>
/// <param name="Before">Of the degraded frames.</param>
/// <param name="After">Of the restored frames.</param>
/// <param name="GainKept">Part of the first generator's gain; null where that had none.</param>
internal sealed record GeneratorRow(
    string Case, int RightRouteCount, int FrameCount, Quality Before, Quality After, double? GainKept);
