namespace EdgeRestore.Cli.Evaluating;

/// <summary>What frames gained or lost that no fitting subnetwork restored.</summary>
internal sealed record HarmSummary
{
    public required int FrameCount { get; init; }

    /// <summary>
    /// Mean of PSNR out minus PSNR in, dB; below zero where restoring did harm. 0 without such frames.
    /// </summary>
    public required double MeanPsnrChange { get; init; }

    /// <summary>The most that one of them lost, dB, as a number below zero; 0 when none lost anything.</summary>
    public required double WorstPsnrChange { get; init; }

    public static HarmSummary Of(IReadOnlyList<ScoredFrame> frames)
    {
        var changes = frames.Select(frame => frame.After.Psnr - frame.Before.Psnr).ToList();
        return new HarmSummary
        {
            FrameCount = frames.Count,
            MeanPsnrChange = changes.Count == 0 ? 0 : changes.Average(),
            WorstPsnrChange = changes.Count == 0 ? 0 : Math.Min(0, changes.Min()),
        };
    }
}
