namespace EdgeRestore.Degradations;

/// <summary>
/// The ranges from which parameters are drawn: wide for training, in the middle of those for evaluation.
/// </summary>
/// <remarks>
/// Published ranges are named at the property. Densities of snow are flakes per pixel of a 1280x720 frame.
/// </remarks>
public sealed record DegradationRanges
{
    private const double Pixels720 = 1280 * 720;

    /// <summary>What networks are trained on.</summary>
    public static DegradationRanges Training { get; } = new();

    /// <summary>What <c>eval-v1</c> draws from; noise alone has fixed rows instead.</summary>
    public static DegradationRanges Evaluation { get; } = new()
    {
        Sigma = (25.0, 25.0),
        PairSigma = (10.0, 16.0),
        RainLayers = (2, 2),
        RainDensity = (0.0008, 0.0012),
        RainLengthPixels = (16.0, 28.0),
        RainAngleDegrees = (-20.0, 20.0),
        RainWidthPixels = (0.6, 0.9),
        RainIntensity = (0.36, 0.52),
        HazeBeta = (1.0, 1.8),
        HazeAirlight = (0.75, 0.95),
        HazeAirlightTint = (-0.02, 0.02),
        HazeSceneHeights = (1.0, 1.0),
        SnowSmallDensity = (2000.0 / Pixels720, 3400.0 / Pixels720),
        SnowMediumDensity = (350.0 / Pixels720, 600.0 / Pixels720),
        SnowLargeDensity = (12.0 / Pixels720, 36.0 / Pixels720),
        SnowVeilTransmission = (0.94, 1.0),
        BlurLinePixels = (9.0, 17.0),
        BlurTrajectoryPixels = (12.0, 21.0),
        Gamma = (2.0, 2.6),
        Gain = (0.6, 0.85),
        Shot = (3e-4, 1.2e-3),
        Quality = (20, 32),
    };

    /// <summary>Noise alone, 0–255 scale: the benchmark's 15, 25 and 50 and what lies between.</summary>
    public Interval Sigma { get; init; } = (15.0, 50.0);

    /// <summary>Noise on a low-light image: 0.03–0.08 of the scale (OneRestore syn_data.py, CDD-11).</summary>
    public Interval PairSigma { get; init; } = (0.03 * 255.0, 0.08 * 255.0);

    /// <summary>Number of rain layers, both ends included.</summary>
    public (int Low, int High) RainLayers { get; init; } = (1, 3);

    public Interval RainDensity { get; init; } = (0.0004, 0.0016);

    /// <summary>12–35 px, as in Rain100L at 321x481.</summary>
    public Interval RainLengthPixels { get; init; } = (12.0, 35.0);

    public Interval RainAngleDegrees { get; init; } = (-30.0, 30.0);

    public Interval RainWidthPixels { get; init; } = (0.5, 1.1);

    public Interval RainIntensity { get; init; } = (0.2, 0.6);

    /// <summary>For a depth in [0, 1]; CDD-11 takes 1–2.</summary>
    public Interval HazeBeta { get; init; } = (0.6, 2.2);

    public Interval HazeAirlight { get; init; } = (0.65, 1.0);

    /// <summary>Deviation of each of the airlight's channels from its grey.</summary>
    public Interval HazeAirlightTint { get; init; } = (-0.05, 0.05);

    /// <summary>A training patch is a window of a scene up to four times as high.</summary>
    public Interval HazeSceneHeights { get; init; } = (1.0, 4.0);

    public Interval SnowSmallDensity { get; init; } = (1600.0 / Pixels720, 6000.0 / Pixels720);

    public Interval SnowMediumDensity { get; init; } = (300.0 / Pixels720, 1000.0 / Pixels720);

    public Interval SnowLargeDensity { get; init; } = (10.0 / Pixels720, 80.0 / Pixels720);

    public Interval SnowVeilTransmission { get; init; } = (0.85, 1.0);

    public Interval BlurLinePixels { get; init; } = (5.0, 21.0);

    public Interval BlurTrajectoryPixels { get; init; } = (8.0, 26.0);

    public Interval Gamma { get; init; } = (1.5, 3.0);

    public Interval Gain { get; init; } = (0.5, 1.0);

    /// <summary>Variance per unit of signal, drawn on a logarithmic scale.</summary>
    public Interval Shot { get; init; } = (1e-4, 2e-3);

    /// <summary>JPEG quality, both ends included.</summary>
    public (int Low, int High) Quality { get; init; } = (10, 40);
}
