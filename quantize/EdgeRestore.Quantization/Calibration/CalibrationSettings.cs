namespace EdgeRestore.Quantization.Calibration;

/// <summary>How a calibration runs. None of it changes the result.</summary>
public sealed record CalibrationSettings
{
    /// <summary>Most bytes that tensors handed out of running graphs may take at one time, over all threads.</summary>
    /// <value>Default 1 GiB.</value>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Frames that run side by side, each on one thread.</summary>
    /// <value>Default 0: one per core.</value>
    public int Threads { get; init; }

    /// <summary>Whether values are counted, which every method but MinMax needs.</summary>
    /// <value>Default true.</value>
    public bool CountsValues { get; init; } = true;

    /// <summary>Where an interrupted run keeps its state; null to keep none.</summary>
    public string? StatePath { get; init; }

    /// <summary>How often the state is written while the run goes on.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How far a calibration is.</summary>
/// <param name="Done">Frame passes that are done, those of an earlier run included.</param>
/// <param name="Total">Frame passes in all.</param>
/// <param name="Activity">What happens now, for a person to read.</param>
/// <param name="Remaining">Estimated time to the end; none before there is anything to estimate from.</param>
public readonly record struct CalibrationProgress(int Done, int Total, string Activity, TimeSpan? Remaining);
