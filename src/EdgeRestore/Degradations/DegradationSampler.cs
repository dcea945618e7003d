using System.Collections.Immutable;

namespace EdgeRestore.Degradations;

/// <summary>Draws the parameters of a degradation from ranges. Immutable, thread-safe.</summary>
public sealed class DegradationSampler(DegradationRanges ranges)
{
    /// <summary>Draws from the wide ranges that networks are trained on.</summary>
    public static DegradationSampler Training { get; } = new(DegradationRanges.Training);

    /// <summary>Draws from the ranges of the evaluation protocol.</summary>
    public static DegradationSampler Evaluation { get; } = new(DegradationRanges.Evaluation);

    public DegradationRanges Ranges { get; } = ranges;

    /// <summary>One row of parameters; the same generator state gives the same row.</summary>
    public DegradationParameters Draw(Degradation degradation, ref Prng prng)
    {
        var parameters = new DegradationParameters { Degradation = degradation };
        var isPair = degradation.Constituents().Length > 1;
        foreach (var single in degradation.Constituents())
        {
            parameters = single switch
            {
                Degradation.Clear => parameters,
                Degradation.Noise => parameters with { Noise = DrawNoise(ref prng, isPair) },
                Degradation.Rain => parameters with { Rain = DrawRain(ref prng) },
                Degradation.Haze => parameters with { Haze = DrawHaze(ref prng) },
                Degradation.Snow => parameters with { Snow = DrawSnow(ref prng) },
                Degradation.Blur => parameters with { Blur = DrawBlur(ref prng) },
                Degradation.LowLight => parameters with { LowLight = DrawLowLight(ref prng) },
                Degradation.Compression => parameters with { Compression = DrawCompression(ref prng) },
                _ => throw new ArgumentOutOfRangeException(nameof(degradation), degradation, "Not in the closed list."),
            };
        }

        return parameters;
    }

    private NoiseParameters DrawNoise(ref Prng prng, bool isPair) =>
        new((isPair ? Ranges.PairSigma : Ranges.Sigma).Draw(ref prng));

    private RainParameters DrawRain(ref Prng prng)
    {
        var blend = prng.NextDouble() < 0.5 ? RainBlend.Add : RainBlend.Screen;
        var count = prng.NextInt32(Ranges.RainLayers.Low, Ranges.RainLayers.High + 1);
        var angle = Ranges.RainAngleDegrees.Draw(ref prng);
        var layers = ImmutableArray.CreateBuilder<RainLayer>(count);
        for (var index = 0; index < count; index++)
        {
            // Streaks of one shower are nearly parallel: a jitter of 3 degrees between depths.
            layers.Add(new RainLayer(
                Ranges.RainDensity.Draw(ref prng),
                Ranges.RainLengthPixels.Draw(ref prng),
                angle + prng.NextDouble(-3.0, 3.0),
                Ranges.RainWidthPixels.Draw(ref prng),
                Ranges.RainIntensity.Draw(ref prng)));
        }

        return new RainParameters(blend, layers.MoveToImmutable());
    }

    private HazeParameters DrawHaze(ref Prng prng)
    {
        var beta = Ranges.HazeBeta.Draw(ref prng);
        var grey = Ranges.HazeAirlight.Draw(ref prng);
        var red = Math.Min(1.0, grey + Ranges.HazeAirlightTint.Draw(ref prng));
        var green = Math.Min(1.0, grey + Ranges.HazeAirlightTint.Draw(ref prng));
        var blue = Math.Min(1.0, grey + Ranges.HazeAirlightTint.Draw(ref prng));

        // Proxies in the proportions .35 : .25 : .15; a depth network's share falls to the others.
        var pick = prng.NextDouble() * 0.75;
        var model = pick < 0.35 ? HazeDepthModel.Ground
            : pick < 0.60 ? HazeDepthModel.DarkChannel
            : HazeDepthModel.Constant;

        var heights = Ranges.HazeSceneHeights.Draw(ref prng);
        var top = prng.NextDouble() * (heights - 1.0);
        return new HazeParameters(beta, red, green, blue)
        {
            Model = model,
            SceneHeights = heights,
            Horizon = (prng.NextDouble(0.25, 0.5) * heights) - top,
            Falloff = prng.NextDouble(0.05, 0.2),
        };
    }

    private SnowParameters DrawSnow(ref Prng prng)
    {
        var angle = prng.NextDouble(-40.0, 40.0);
        var veil = Ranges.SnowVeilTransmission.Draw(ref prng);
        return new SnowParameters(angle, veil,
        [
            DrawSnowLayer(ref prng, Ranges.SnowSmallDensity, (0.5, 1.5), (0.4, 0.8), isSoft: false),
            DrawSnowLayer(ref prng, Ranges.SnowMediumDensity, (2.0, 4.0), (0.35, 0.7), isSoft: true),
            DrawSnowLayer(ref prng, Ranges.SnowLargeDensity, (6.0, 14.0), (0.3, 0.6), isSoft: true),
        ]);
    }

    private static SnowLayer DrawSnowLayer(
        ref Prng prng, Interval density, Interval radius, Interval opacity, bool isSoft) =>
        new(density.Draw(ref prng), radius, opacity, prng.NextDouble(0.0, 1.5), isSoft);

    private BlurParameters DrawBlur(ref Prng prng)
    {
        var kind = prng.NextDouble() < 0.5 ? BlurKind.Line : BlurKind.Trajectory;
        var length = (kind == BlurKind.Line ? Ranges.BlurLinePixels : Ranges.BlurTrajectoryPixels).Draw(ref prng);
        return new BlurParameters(kind, length, prng.NextDouble(0.0, 180.0));
    }

    private LowLightParameters DrawLowLight(ref Prng prng)
    {
        var gamma = Ranges.Gamma.Draw(ref prng);
        var gain = Ranges.Gain.Draw(ref prng);
        var logShot = prng.NextDouble(ExactMath.Log(Ranges.Shot.Low), ExactMath.Log(Ranges.Shot.High));
        return new LowLightParameters(gamma, gain, ExactMath.Exp(logShot));
    }

    private CompressionParameters DrawCompression(ref Prng prng) => new(
        prng.NextInt32(Ranges.Quality.Low, Ranges.Quality.High + 1), prng.NextInt32(0, 8), prng.NextInt32(0, 8));
}
