using System.Collections.Immutable;

namespace EdgeRestore.Degradations;

/// <summary>
/// A motion blur's kernel as its non-zero taps; weights sum to 1 and the centre of mass is near the origin.
/// </summary>
internal sealed class MotionKernel
{
    private MotionKernel(int reach, ImmutableArray<MotionTap> taps)
    {
        Reach = reach;
        Taps = taps;
    }

    /// <summary>Largest distance of a tap from the origin in either direction.</summary>
    public int Reach { get; }

    public ImmutableArray<MotionTap> Taps { get; }

    public static MotionKernel Build(BlurParameters blur, ref Prng prng) =>
        blur.Kind == BlurKind.Line
            ? Line(blur.LengthPixels, blur.AngleDegrees)
            : Trajectory(blur.LengthPixels, ref prng);

    // Bilinear splats at (t cos, t sin), t in [-(L-1)/2, (L-1)/2], a quarter pixel apart.
    private static MotionKernel Line(double length, double angleDegrees)
    {
        var cosine = ExactMath.Cos(angleDegrees * Math.PI / 180.0);
        var sine = ExactMath.Sin(angleDegrees * Math.PI / 180.0);
        var half = Math.Max(0.0, (length - 1.0) / 2.0);
        var steps = (int)Math.Floor(half / 0.25);
        var points = new (double X, double Y)[(2 * steps) + 1];
        for (var step = -steps; step <= steps; step++)
        {
            points[step + steps] = (step * 0.25 * cosine, step * 0.25 * sine);
        }

        return Splat(points);
    }

    /// <summary>
    /// The path of a shaken camera: Boracchi and Foi, "Modeling the performance of image restoration from motion blur"
    /// (2012), in the form of DeblurGAN's generator, full exposure; scaled to the length asked for.
    /// </summary>
    private static MotionKernel Trajectory(double length, ref Prng prng)
    {
        const int StepCount = 2000;
        const double PathLength = 60.0;
        const double StepLength = PathLength / (StepCount - 1);

        // 1. Draw the hand's character.
        var restlessness = 0.1 * prng.NextDouble();
        var pull = 0.7 * prng.NextDouble();
        var jerkChance = 0.2 * prng.NextDouble();
        var shake = 10.0 * prng.NextDouble();
        var angle = prng.NextDouble(0.0, 2.0 * Math.PI);
        var (velocityX, velocityY) = (ExactMath.Cos(angle) * StepLength, ExactMath.Sin(angle) * StepLength);

        // 2. Walk, at constant speed.
        var points = new (double X, double Y)[StepCount];
        var (x, y) = (0.0, 0.0);
        for (var step = 1; step < StepCount; step++)
        {
            var (jerkX, jerkY) = (0.0, 0.0);
            if (prng.NextDouble() < jerkChance * restlessness)
            {
                var turn = Math.PI + prng.NextDouble() - 0.5;
                var (turnCosine, turnSine) = (ExactMath.Cos(turn), ExactMath.Sin(turn));
                jerkX = 2.0 * ((velocityX * turnCosine) - (velocityY * turnSine));
                jerkY = 2.0 * ((velocityX * turnSine) + (velocityY * turnCosine));
            }

            velocityX += jerkX + (restlessness * ((shake * prng.NextGaussian()) - (pull * x)) * StepLength);
            velocityY += jerkY + (restlessness * ((shake * prng.NextGaussian()) - (pull * y)) * StepLength);
            var speed = Math.Sqrt((velocityX * velocityX) + (velocityY * velocityY));
            velocityX *= StepLength / speed;
            velocityY *= StepLength / speed;
            (x, y) = (x + velocityX, y + velocityY);
            points[step] = (x, y);
        }

        // 3. Scale its longer side to the length and put its centre of mass at the origin.
        var extent = Math.Max(
            points.Max(point => point.X) - points.Min(point => point.X),
            points.Max(point => point.Y) - points.Min(point => point.Y));
        var scale = (length - 1.0) / extent;
        var (centreX, centreY) = (0.0, 0.0);
        foreach (var point in points)
        {
            centreX += point.X / StepCount;
            centreY += point.Y / StepCount;
        }

        for (var index = 0; index < points.Length; index++)
        {
            points[index] = ((points[index].X - centreX) * scale, (points[index].Y - centreY) * scale);
        }

        return Splat(points);
    }

    private static MotionKernel Splat(ReadOnlySpan<(double X, double Y)> points)
    {
        var reach = 0;
        foreach (var (x, y) in points)
        {
            reach = Math.Max(reach, (int)Math.Ceiling(Math.Max(Math.Abs(x), Math.Abs(y))));
        }

        var side = (2 * reach) + 2;
        var weights = new double[side * side];
        foreach (var (x, y) in points)
        {
            var (floorX, floorY) = (Math.Floor(x), Math.Floor(y));
            var (shareX, shareY) = (x - floorX, y - floorY);
            var index = (((int)floorY + reach) * side) + (int)floorX + reach;
            weights[index] += (1.0 - shareX) * (1.0 - shareY);
            weights[index + 1] += shareX * (1.0 - shareY);
            weights[index + side] += (1.0 - shareX) * shareY;
            weights[index + side + 1] += shareX * shareY;
        }

        var taps = ImmutableArray.CreateBuilder<MotionTap>();
        for (var index = 0; index < weights.Length; index++)
        {
            if (weights[index] > 0.0)
            {
                taps.Add(new MotionTap(
                    (index % side) - reach, (index / side) - reach, (float)(weights[index] / points.Length)));
            }
        }

        return new MotionKernel(reach, taps.ToImmutable());
    }
}

/// <summary>One weight of a kernel at its offset from the origin.</summary>
internal readonly record struct MotionTap(int OffsetX, int OffsetY, float Weight);
