namespace EdgeRestore.Degradations;

internal sealed partial class SecondGenerator
{
    private const int Exposures = 15;

    // A plain power, as cameras without sRGB's linear toe: 2.2 (ITU-R BT.470, as GoPro's set was averaged).
    private static readonly double[] Linear =
        [.. Enumerable.Range(0, 256).Select(value => value == 0 ? 0.0 : ExactMath.Pow(value / 255.0, 2.2))];

    private static double Encode(double light) =>
        light <= 0.0 ? 0.0 : light >= 1.0 ? 1.0 : ExactMath.Pow(light, 1.0 / 2.2);

    // The mean of what a shaken camera sees during the exposure: shifts along a curve and a turn about the centre, so
    // the blur differs from place to place (the first generator convolves with one kernel).
    private static double[] Shake(double[] light, int width, int height, ref Prng prng)
    {
        var (reach, turn) = (prng.NextDouble(3.0, 8.0), prng.NextDouble(-0.9, 0.9) * DegreesToRadians);
        var direction = prng.NextDouble(0.0, 360.0) * DegreesToRadians;
        var bend = direction + (prng.NextDouble(-80.0, 80.0) * DegreesToRadians);
        var (endX, endY) = (reach * ExactMath.Cos(direction), reach * ExactMath.Sin(direction));
        var (midX, midY) = (0.6 * reach * ExactMath.Cos(bend), 0.6 * reach * ExactMath.Sin(bend));
        var mean = new double[light.Length];
        for (var exposure = 0; exposure < Exposures; exposure++)
        {
            // A quadratic Bezier curve through the middle of the exposure, where nothing is shifted.
            var t = (double)exposure / (Exposures - 1);
            var shiftX = (2.0 * t * (1.0 - t) * midX) + (t * t * endX) - ((0.5 * midX) + (0.25 * endX));
            var shiftY = (2.0 * t * (1.0 - t) * midY) + (t * t * endY) - ((0.5 * midY) + (0.25 * endY));
            var angle = (t - 0.5) * turn;
            var (sine, cosine) = (ExactMath.Sin(angle), ExactMath.Cos(angle));
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var (dx, dy) = (x - (width / 2.0), y - (height / 2.0));
                    var fromX = Math.Clamp((width / 2.0) + (dx * cosine) - (dy * sine) + shiftX, 0.0, width - 1.0);
                    var fromY = Math.Clamp((height / 2.0) + (dx * sine) + (dy * cosine) + shiftY, 0.0, height - 1.0);
                    Sample(light, width, height, fromX, fromY, mean.AsSpan(((y * width) + x) * 3, 3));
                }
            }
        }

        for (var index = 0; index < mean.Length; index++)
        {
            mean[index] /= Exposures;
        }

        return mean;
    }

    // Adds a bilinear sample.
    private static void Sample(double[] light, int width, int height, double x, double y, Span<double> sum)
    {
        var (left, top) = (Math.Min((int)x, width - 2), Math.Min((int)y, height - 2));
        var (shareX, shareY) = (x - left, y - top);
        var at = ((top * width) + left) * 3;
        for (var channel = 0; channel < 3; channel++, at++)
        {
            var upper = light[at] + ((light[at + 3] - light[at]) * shareX);
            var below = at + (width * 3);
            var lower = light[below] + ((light[below + 3] - light[below]) * shareX);
            sum[channel] += upper + ((lower - upper) * shareY);
        }
    }

    // A short exposure: few photons and a read-out of 12 bits. Noise of both kinds in linear
    // light (Hasinoff 2014), where the first generator adds it to encoded values.
    private static void AddSensorNoise(double[] light, ref Prng prng)
    {
        const double Steps = 4095.0;
        var wellPhotons = prng.NextDouble(2500.0, 9000.0);
        var readNoise = prng.NextDouble(0.0004, 0.0015);
        for (var index = 0; index < light.Length; index++)
        {
            var deviation = Math.Sqrt((Math.Max(0.0, light[index]) / wellPhotons) + (readNoise * readNoise));
            var value = light[index] + (deviation * Normal(ref prng));
            light[index] = Math.Floor((Math.Clamp(value, 0.0, 1.0) * Steps) + 0.5) / Steps;
        }
    }
}
