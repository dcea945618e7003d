using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Selection;

/// <summary>Frames that were chosen: by graph to calibrate with, and others to judge on.</summary>
public sealed record FrameSet
{
    /// <summary>Per graph file of the package, ordered by identity.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<CalibrationFrame>> ByGraph { get; init; }

    public required IReadOnlyList<JudgedFrame> Judged { get; init; }

    /// <summary>What was left out and why, for people.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}
