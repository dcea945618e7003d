namespace EdgeRestore.Cli.Benching;

/// <summary>One measurement: so many frames of one kind, one after another.</summary>
internal sealed record BenchCell
{
    /// <summary>What is varied: <c>size</c>, <c>precision</c>, <c>route</c> or <c>threads</c>.</summary>
    public required string Group { get; init; }

    /// <summary>A degradation, <c>auto</c> (classified as in service, every eighth frame) or <c>clear</c> (passes
    /// through).</summary>
    public required string Route { get; init; }

    public required string Precision { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <value>Of one run, on the CPU.</value>
    public required int Threads { get; init; }

    /// <value>0: not measured, <see cref="Reason"/> says why.</value>
    public int FrameCount { get; init; }

    public double FramesPerSecond { get; init; }

    public double MedianMs { get; init; }

    public double P99Ms { get; init; }

    /// <summary>Of the process after it, with all engines built so far.</summary>
    public double ResidentMiB { get; init; }

    public string? Reason { get; init; }

    public string Size => $"{Width}x{Height}";

    /// <summary>Fills in what the times of its frames tell.</summary>
    public BenchCell WithTimes(IReadOnlyList<double> milliseconds, double residentMiB)
    {
        var sorted = milliseconds.Order().ToArray();
        // Nearest rank.
        double Rank(int percent) => sorted[Math.Max(0, (int)Math.Ceiling(percent / 100.0 * sorted.Length) - 1)];
        return this with
        {
            FrameCount = sorted.Length,
            FramesPerSecond = 1000 * sorted.Length / sorted.Sum(),
            MedianMs = Rank(50),
            P99Ms = Rank(99),
            ResidentMiB = residentMiB,
        };
    }
}
