using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Video;

/// <summary>What became of one video.</summary>
internal sealed record VideoReport
{
    public required string Source { get; init; }

    /// <value>null: nowhere.</value>
    public string? Output { get; init; }

    /// <summary>Done by an earlier run.</summary>
    public bool Skipped { get; init; }

    /// <summary>Stopped by a person.</summary>
    public bool Interrupted { get; init; }

    public string? Video { get; init; }

    public string? RestoredBy { get; init; }

    public long Read { get; init; }

    public long Written { get; init; }

    public long Restored { get; init; }

    public long Bypassed { get; init; }

    public long Failed { get; init; }

    public long Dropped { get; init; }

    public int Reconnects { get; init; }

    public double Seconds { get; init; }

    public double FramesPerSecond { get; init; }

    public double MedianMs { get; init; }

    public double P99Ms { get; init; }

    public IReadOnlyDictionary<string, long> Routes { get; init; } = new Dictionary<string, long>();

    /// <summary>Frames that the file tells of and does not hold: it breaks off, or parts of it are damaged.</summary>
    public long Missing { get; init; }

    /// <summary>What ffmpeg said of a damaged source that it read to its end.</summary>
    public string? Damage { get; init; }

    /// <summary>The first frame's that failed.</summary>
    public string? FirstError { get; init; }

    public void Show(Screen screen)
    {
        if (Skipped)
        {
            screen.Line($"{Source}: skipped (done before), {Output}");
            return;
        }

        screen.Line($"{Source}: {Video}, {RestoredBy}");
        screen.Line(
            $"  {Read} read, {Restored} restored, {Bypassed} passed through, {Failed} failed, {Dropped} dropped, "
            + $"{Written} written in {Seconds:F1} s: {FramesPerSecond:F1} frames/s; median {MedianMs:F1} ms, 99th "
            + $"percentile {P99Ms:F1} ms"
            + (Reconnects switch { 0 => "", 1 => "; opened again once", _ => $"; opened again {Reconnects} times" }));
        if (Routes.Count > 0)
        {
            screen.Line("  routes: " + string.Join(", ", Routes.Select(route => $"{route.Key} {route.Value}")));
        }

        if (FirstError is not null)
        {
            screen.Remark(
                $"{Source}: {Failed} frames failed and stand in the output as they came; the first: {FirstError}");
        }

        if (Damage is not null)
        {
            screen.Remark(
                (Missing > 0
                    ? $"{Source}: only {Read} of {Read + Missing} frames are there, all that a file holds which breaks "
                        + "off or is damaged; the result ends or leaps where they are missing. Copy the source again, if "
                        + "it is whole elsewhere. "
                    : $"{Source}: parts may be damaged; frames are restored as ffmpeg gave them. ")
                + Damage);
        }

        if (Output is not null)
        {
            screen.Line(Interrupted ? $"  interrupted; {Output} is playable up to there" : $"  {Output}");
        }
    }
}
