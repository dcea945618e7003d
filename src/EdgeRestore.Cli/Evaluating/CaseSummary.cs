using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>One case of the protocol: means over its frames.</summary>
internal sealed record CaseSummary
{
    public required string Case { get; init; }

    public required string Degradation { get; init; }

    public required int FrameCount { get; init; }

    /// <summary>The route that most frames took.</summary>
    public required string MainRoute { get; init; }

    public required int MainRouteCount { get; init; }

    public required int RightRouteCount { get; init; }

    public required int BypassedCount { get; init; }

    public required double Confidence { get; init; }

    public required Quality Before { get; init; }

    public required Quality After { get; init; }

    public required double Milliseconds { get; init; }

    public static CaseSummary Of(IGrouping<string, ScoredFrame> frames)
    {
        var main = frames.GroupBy(frame => frame.Route).MaxBy(group => group.Count())!;
        return new CaseSummary
        {
            Case = frames.Key,
            Degradation = frames.First().Given.ToName(),
            FrameCount = frames.Count(),
            MainRoute = main.Key.ToName(),
            MainRouteCount = main.Count(),
            RightRouteCount = frames.Count(frame => !frame.IsMisrouted),
            BypassedCount = frames.Count(frame => frame.Bypassed),
            Confidence = frames.Average(frame => frame.Confidence),
            Before = Mean(frames.Select(frame => frame.Before)),
            After = Mean(frames.Select(frame => frame.After)),
            Milliseconds = frames.Average(frame => frame.Milliseconds),
        };
    }

    private static Quality Mean(IEnumerable<Quality> qualities) => new(
        qualities.Average(quality => quality.Psnr), qualities.Average(quality => quality.Ssim));
}
