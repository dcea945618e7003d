using System.Collections.Immutable;

namespace EdgeRestore.Degradations;

/// <summary>
/// Everything but the seed that determines a degraded image: one record per degradation that takes part.
/// </summary>
/// <remarks>
/// Stages that are null are skipped; the others run in the physical order of <see cref="DegradationSynthesizer"/>,
/// whatever the order in which they were set.
/// </remarks>
public sealed record DegradationParameters
{
    public required Degradation Degradation { get; init; }

    public LowLightParameters? LowLight { get; init; }

    public RainParameters? Rain { get; init; }

    public SnowParameters? Snow { get; init; }

    public HazeParameters? Haze { get; init; }

    public BlurParameters? Blur { get; init; }

    public NoiseParameters? Noise { get; init; }

    public CompressionParameters? Compression { get; init; }
}

/// <summary>I = gain · J^gamma in gamma space, then shot and read noise of the sensor.</summary>
/// <param name="Gamma">Exponent, 1 and above.</param>
/// <param name="Gain">Factor, above 0 to 1.</param>
/// <param name="Shot">Variance of the noise per unit of signal, signal in [0, 1].</param>
public sealed record LowLightParameters(double Gamma, double Gain, double Shot);

/// <summary>How rain meets the scene.</summary>
public enum RainBlend
{
    /// <summary>O = clip(B + R).</summary>
    Add,

    /// <summary>O = 1 - (1 - B)(1 - R).</summary>
    Screen,
}

/// <summary>Rain streaks, layer upon layer.</summary>
public sealed record RainParameters(RainBlend Blend, ImmutableArray<RainLayer> Layers);

/// <summary>Streaks of one depth.</summary>
/// <param name="Density">Streaks per pixel.</param>
/// <param name="LengthPixels">Length of a streak.</param>
/// <param name="AngleDegrees">Direction, 0 for vertical.</param>
/// <param name="WidthPixels">Standard deviation of the Gaussian cross-section.</param>
/// <param name="Intensity">Peak brightness of the brightest streaks, [0, 1].</param>
public sealed record RainLayer(
    double Density, double LengthPixels, double AngleDegrees, double WidthPixels, double Intensity);

/// <summary>Snow flakes, layer upon layer, over an optional thin veil.</summary>
/// <param name="AngleDegrees">Direction in which flakes smear, 0 for vertical.</param>
/// <param name="VeilTransmission">1 for no veil; the rest is white.</param>
public sealed record SnowParameters(double AngleDegrees, double VeilTransmission, ImmutableArray<SnowLayer> Layers);

/// <summary>Flakes of one depth.</summary>
/// <param name="Density">Flakes per pixel.</param>
/// <param name="RadiusPixels">Radius, uniform over the interval.</param>
/// <param name="Opacity">Opacity at a flake's centre, uniform over the interval.</param>
/// <param name="Smear">Length of the movement during exposure, in radii.</param>
/// <param name="IsSoft">Out of focus: falls off over twice the radius instead of over one pixel.</param>
public sealed record SnowLayer(double Density, Interval RadiusPixels, Interval Opacity, double Smear, bool IsSoft);

/// <summary>Where the depth of a hazy scene comes from, since a photograph has none.</summary>
public enum HazeDepthModel
{
    /// <summary>A plane up to the horizon with value noise, its edges following the image.</summary>
    Ground,

    /// <summary>The dark channel: bright and colourless is far.</summary>
    DarkChannel,

    /// <summary>Equal everywhere: fog on the lens.</summary>
    Constant,
}

/// <summary>I = J t + A (1 - t), t = max(exp(-beta d), 0.1), in gamma space; d in [0, 1].</summary>
public sealed record HazeParameters(double Beta, double AirlightRed, double AirlightGreen, double AirlightBlue)
{
    public HazeDepthModel Model { get; init; }

    /// <summary>
    /// Height of the scene in heights of this image, 1 and above: a patch is a window of a larger frame.
    /// </summary>
    public double SceneHeights { get; init; } = 1.0;

    /// <summary>The horizon's row in heights of this image from its top; may lie outside.</summary>
    public double Horizon { get; init; }

    /// <summary>How fast the plane comes nearer below the horizon, in scene heights; smaller is faster.</summary>
    public double Falloff { get; init; } = 0.1;
}

/// <summary>Shape of a motion blur's kernel.</summary>
public enum BlurKind
{
    /// <summary>Straight and even.</summary>
    Line,

    /// <summary>A shaken hand's path.</summary>
    Trajectory,
}

/// <summary>Motion blur, in linear light.</summary>
/// <param name="Kind">Shape.</param>
/// <param name="LengthPixels">Length of the line, or of the trajectory's longer side.</param>
/// <param name="AngleDegrees">Direction of the line; unused by a trajectory, which the seed shapes.</param>
public sealed record BlurParameters(BlurKind Kind, double LengthPixels, double AngleDegrees);

/// <summary>Gaussian noise, independent per pixel and channel.</summary>
/// <param name="Sigma">Standard deviation on the 0–255 scale.</param>
public sealed record NoiseParameters(double Sigma);

/// <summary>A round trip through baseline JPEG, 4:2:0.</summary>
/// <param name="Quality">1–100.</param>
/// <param name="GridShiftX">Pixels, 0–7, by which the block grid starts left of the image.</param>
/// <param name="GridShiftY">Pixels, 0–7, by which the block grid starts above the image.</param>
public sealed record CompressionParameters(int Quality, int GridShiftX, int GridShiftY);
