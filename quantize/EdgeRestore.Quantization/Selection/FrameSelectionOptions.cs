using EdgeRestore.Degradations;

namespace EdgeRestore.Quantization.Selection;

/// <summary>Which frames calibration takes out of a folder.</summary>
public sealed record FrameSelectionOptions
{
    /// <summary>Most frames for one route.</summary>
    /// <value>Default 16.</value>
    public int FramesPerRoute { get; init; } = 16;

    /// <summary>Longest side of the central crop that is taken of a frame; a multiple of 16.</summary>
    /// <value>Default 256.</value>
    public int SidePixels { get; init; } = 256;

    /// <summary>Most frames for one route that are kept for judging and not calibrated with.</summary>
    /// <value>Default 4.</value>
    public int JudgedPerRoute { get; init; } = 4;

    /// <summary>Routes to calibrate.</summary>
    /// <value>Default null: all that the package has.</value>
    public IReadOnlySet<Degradation>? Routes { get; init; }
}
