namespace EdgeRestore.Degradations;

public sealed partial class DegradationSynthesizer
{
    private const double DegreesToRadians = 3.141592653589793 / 180.0;

    // exp(-d^2 / 2) for d in [0, 4), 64 steps a unit.
    private static readonly float[] GaussianProfile =
        [.. Enumerable.Range(0, 257).Select(step => (float)ExactMath.Exp(-0.5 * (step / 64.0) * (step / 64.0)))];

    private float[] _streaks = [];

    private static double DrawCount(ref Prng prng, double expected) => Math.Floor(expected + prng.NextDouble());

    /// <summary>
    /// Thresholded noise convolved with a line, written as what it is: a line drawn at each seed. Seeds also lie around
    /// the image, so streaks enter from outside and density is even up to the edge.
    /// </summary>
    private void ApplyRain(Span<float> values, int width, int height, RainParameters rain, Prng prng)
    {
        var streaks = Reserve(ref _streaks, width * height);
        streaks.Clear();
        foreach (var layer in rain.Layers)
        {
            var margin = (layer.LengthPixels / 2.0) + (4.0 * layer.WidthPixels);
            var spanX = width + (2.0 * margin);
            var spanY = height + (2.0 * margin);
            var count = DrawCount(ref prng, layer.Density * spanX * spanY);
            for (var index = 0; index < count; index++)
            {
                var x = (prng.NextDouble() * spanX) - margin;
                var y = (prng.NextDouble() * spanY) - margin;
                var peak = layer.Intensity * prng.NextDouble(0.6, 1.0);
                DrawStreak(streaks, width, height, layer, x, y, peak);
            }
        }

        var isScreen = rain.Blend == RainBlend.Screen;
        for (var index = 0; index < streaks.Length; index++)
        {
            var streak = streaks[index];
            if (streak <= 0.0f)
            {
                continue;
            }

            var rgb = values.Slice(index * 3, 3);
            for (var channel = 0; channel < 3; channel++)
            {
                rgb[channel] = isScreen
                    ? 1.0f - ((1.0f - rgb[channel]) * (1.0f - MathF.Min(streak, 1.0f)))
                    : MathF.Min(1.0f, rgb[channel] + streak);
            }
        }
    }

    // A line of even brightness with a Gaussian cross-section; its ends fade over one pixel.
    private static void DrawStreak(
        Span<float> streaks, int width, int height, RainLayer layer, double centreX, double centreY, double peak)
    {
        var sine = ExactMath.Sin(layer.AngleDegrees * DegreesToRadians);
        var cosine = ExactMath.Cos(layer.AngleDegrees * DegreesToRadians);
        var half = layer.LengthPixels / 2.0;
        var reach = 4.0 * layer.WidthPixels;
        var scale = 64.0 / layer.WidthPixels;
        var (left, right) = Bounds(centreX, (half * Math.Abs(sine)) + reach, width);
        var (top, bottom) = Bounds(centreY, (half * Math.Abs(cosine)) + reach, height);
        for (var y = top; y < bottom; y++)
        {
            var row = streaks.Slice(y * width, width);
            var offsetY = y - centreY;

            // On this row the streak's axis lies at offsetY * tan; only the pixels near it are touched.
            var axis = centreX + (offsetY * sine / cosine);
            var nearest = reach / cosine;
            var end = Math.Min(right, (int)Math.Floor(axis + nearest) + 1);
            for (var x = Math.Max(left, (int)Math.Ceiling(axis - nearest)); x < end; x++)
            {
                var offsetX = x - centreX;
                var along = Math.Abs((offsetX * sine) + (offsetY * cosine));
                var across = Math.Abs((offsetX * cosine) - (offsetY * sine));
                var fade = Math.Clamp(half + 0.5 - along, 0.0, 1.0);
                var step = (int)(across * scale);
                if (step < GaussianProfile.Length)
                {
                    row[x] += (float)(peak * fade * GaussianProfile[step]);
                }
            }
        }
    }

    private static (int Start, int End) Bounds(double centre, double reach, int length) =>
        ((int)Math.Max(0.0, Math.Ceiling(centre - reach)), (int)Math.Min(length, Math.Floor(centre + reach) + 1.0));
}
