using System.Globalization;

namespace EdgeRestore.Inference.Engines;

/// <summary>What paired runs say about a form of a route against the route's own.</summary>
/// <param name="IsFaster">Whether the form is to run.</param>
/// <param name="Speed">How many times as fast as the route's own it is taken to be; null where nothing says.</param>
/// <param name="Basis">What that rests on, as it is told.</param>
internal readonly record struct TrialVerdict(bool IsFaster, double? Speed, string Basis)
{
    /// <summary>Fewer pairs are a matter of chance.</summary>
    public const int MinPairCount = 3;

    // Of four pairs one may be spoilt by something else that the machine did.
    private const double AgreeingShare = 0.75;

    /// <summary>
    /// Decides: (1) where three of four pairs agree, and the least times of both with them, by the median of their
    /// ratios; (2) else by the speed that the package records, which was measured at leisure; (3) without one the
    /// route's own graph runs, which loses nothing, unless the few pairs that there are leave no doubt.
    /// </summary>
    /// <param name="pairs">Times of the route's own graph and of the form, one after the other, in any unit.</param>
    /// <param name="recorded">The package's; null for none.</param>
    public static TrialVerdict Of(IReadOnlyList<(double Own, double Form)> pairs, double? recorded)
    {
        var (median, isAgreed) = Agree(pairs);

        // 1
        if (isAgreed && (pairs.Count >= MinPairCount || recorded is null))
        {
            return new TrialVerdict(median > 1, median, CountOf(pairs));
        }

        var found = pairs.Count == 0 ? "no pair of runs fitted into the start"
            : pairs.Count == 1 ? Invariant($"{CountOf(pairs)} gave {median:F2}")
            : Invariant($"{CountOf(pairs)} gave {RatiosOf(pairs).Min():F2} to {RatiosOf(pairs).Max():F2}");

        // 2, 3
        return recorded is { } speed
            ? new TrialVerdict(speed > 1, speed, $"by the package, since {found}")
            : new TrialVerdict(false, null, found);
    }

    /// <summary>Whether further pairs could not change the verdict but by contradicting all so far.</summary>
    public static bool IsClear(IReadOnlyList<(double Own, double Form)> pairs)
    {
        var ratios = RatiosOf(pairs).ToList();
        return ratios.Count > 0 && (ratios.TrueForAll(ratio => ratio > 1) || ratios.TrueForAll(ratio => ratio < 1))
            && Agree(pairs).IsAgreed;
    }

    private static (double Median, bool IsAgreed) Agree(IReadOnlyList<(double Own, double Form)> pairs)
    {
        if (pairs.Count == 0)
        {
            return (double.NaN, false);
        }

        var ratios = RatiosOf(pairs).Order().ToList();
        var median = (ratios[(ratios.Count - 1) / 2] + ratios[ratios.Count / 2]) / 2;

        // What disturbs a run makes it longer: the least time is the nearest to what it takes.
        var least = pairs.Min(pair => pair.Own) / pairs.Min(pair => pair.Form);
        var isFaster = median > 1;
        var agreeing = ratios.Count(ratio => ratio > 1 == isFaster);
        return (median, agreeing >= AgreeingShare * ratios.Count && least > 1 == isFaster);
    }

    private static IEnumerable<double> RatiosOf(IReadOnlyList<(double Own, double Form)> pairs) =>
        pairs.Select(pair => pair.Own / pair.Form);

    private static string CountOf(IReadOnlyList<(double Own, double Form)> pairs) =>
        pairs.Count == 1 ? "one pair of runs" : Invariant($"{pairs.Count} pairs of runs");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
