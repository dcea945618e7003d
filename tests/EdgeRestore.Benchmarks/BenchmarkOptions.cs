namespace EdgeRestore.Benchmarks;

/// <summary>What to measure.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Heading of the table, and name of the file that it is written to.</summary>
    public required string Name { get; init; }

    /// <summary>Package for the rate; null for one of untrained weights, which costs the same.</summary>
    public string? Package { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Rounds of each measurement; contestants take turns in every round.</summary>
    public required int RoundCount { get; init; }

    /// <summary>Time that one contestant runs in one round; none for one frame.</summary>
    public required TimeSpan RoundTime { get; init; }

    /// <summary>Negative control: what each frame of the measured path is held up for.</summary>
    public required TimeSpan SlowDown { get; init; }

    /// <summary>Folder that the results are written to; null for none.</summary>
    public string? Write { get; init; }
}
