using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>What a set of scored frames says of a package.</summary>
internal sealed record EvaluationSummary
{
    /// <summary>In the order in which the cases first appear.</summary>
    public required IReadOnlyList<CaseSummary> Cases { get; init; }

    /// <summary>Part of all frames whose route is the degradation given, 0 to 1.</summary>
    public required double RoutingAccuracy { get; init; }

    /// <summary>Frames by degradation given (outer) and route (inner), both in the order of their numbers.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>Misrouted frames, and degraded ones that passed through.</summary>
    public required HarmSummary Harm { get; init; }

    public static EvaluationSummary Of(IReadOnlyList<ScoredFrame> frames)
    {
        var confusion = DegradationNames.All.Select(_ => new int[DegradationNames.Count]).ToArray();
        foreach (var frame in frames)
        {
            confusion[(int)frame.Given][(int)frame.Route]++;
        }

        return new EvaluationSummary
        {
            Cases = [.. frames.GroupBy(frame => frame.Case).Select(CaseSummary.Of)],
            RoutingAccuracy = frames.Count == 0 ? 0 : frames.Average(frame => frame.IsMisrouted ? 0.0 : 1.0),
            Confusion = confusion,
            Harm = HarmSummary.Of([.. frames.Where(frame => frame.IsUnhelped)]),
        };
    }
}
