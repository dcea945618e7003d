namespace EdgeRestore.Packages;

/// <summary>Where a package comes from: data, command and effort.</summary>
public sealed record PackageProvenance
{
    public required string TrainingData { get; init; }

    /// <summary>Licence of the training data, and so of what may be done with the weights.</summary>
    public required string Licence { get; init; }

    public required string Command { get; init; }

    public required long Seed { get; init; }

    public required long Steps { get; init; }

    public required double CpuHours { get; init; }

    public required string Commit { get; init; }

    public required string Notes { get; init; }
}
