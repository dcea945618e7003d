namespace EdgeRestore.Cli.Evaluating;

/// <summary>The frames that stand for a case.</summary>
internal static class Extremes
{
    /// <summary>Those that gained most, least, and in the middle: best, median, worst.</summary>
    public static IEnumerable<(int Index, ScoredFrame Frame)> Of(IEnumerable<(int Index, ScoredFrame Frame)> frames)
    {
        var sorted = frames.OrderByDescending(pair => pair.Frame.After.Psnr - pair.Frame.Before.Psnr).ToList();
        return [sorted[0], sorted[sorted.Count / 2], sorted[^1]];
    }
}
