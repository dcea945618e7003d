namespace EdgeRestore.Degradations;

public sealed partial class DegradationSynthesizer
{
    // I = J (1 - S) + S, S = 1 - prod(1 - S_i); the white veil comes first, since it hangs between flakes and scene.
    private void ApplySnow(Span<float> values, int width, int height, SnowParameters snow, Prng prng)
    {
        var through = Reserve(ref _streaks, width * height);
        through.Fill((float)snow.VeilTransmission);
        var sine = ExactMath.Sin(snow.AngleDegrees * DegreesToRadians);
        var cosine = ExactMath.Cos(snow.AngleDegrees * DegreesToRadians);
        foreach (var layer in snow.Layers)
        {
            var margin = layer.RadiusPixels.High * (2.0 + (layer.Smear / 2.0));
            var spanX = width + (2.0 * margin);
            var spanY = height + (2.0 * margin);
            var count = DrawCount(ref prng, layer.Density * spanX * spanY);
            for (var index = 0; index < count; index++)
            {
                var x = (prng.NextDouble() * spanX) - margin;
                var y = (prng.NextDouble() * spanY) - margin;
                var radius = layer.RadiusPixels.Draw(ref prng);
                var opacity = layer.Opacity.Draw(ref prng);
                var half = layer.Smear * radius / 2.0;
                DrawFlake(through, width, height, x, y, radius, opacity, half * sine, half * cosine, layer.IsSoft);
            }
        }

        for (var index = 0; index < through.Length; index++)
        {
            var kept = through[index];
            var rgb = values.Slice(index * 3, 3);
            rgb[0] = (rgb[0] * kept) + (1.0f - kept);
            rgb[1] = (rgb[1] * kept) + (1.0f - kept);
            rgb[2] = (rgb[2] * kept) + (1.0f - kept);
        }
    }

    /// <summary>
    /// A disk moved along a segment. Sharp flakes end within a pixel; soft ones fall off smoothly to twice their
    /// radius, which is the profile of a disk blurred by about its own radius.
    /// </summary>
    private static void DrawFlake(
        Span<float> through, int width, int height, double centreX, double centreY,
        double radius, double opacity, double halfX, double halfY, bool isSoft)
    {
        var reach = isSoft ? 2.0 * radius : radius + 0.5;
        var lengthSquared = (halfX * halfX) + (halfY * halfY);
        var (left, right) = Bounds(centreX, Math.Abs(halfX) + reach, width);
        var (top, bottom) = Bounds(centreY, Math.Abs(halfY) + reach, height);
        for (var y = top; y < bottom; y++)
        {
            var row = through.Slice(y * width, width);
            for (var x = left; x < right; x++)
            {
                var offsetX = x - centreX;
                var offsetY = y - centreY;
                var along = lengthSquared <= 0.0
                    ? 0.0
                    : Math.Clamp(((offsetX * halfX) + (offsetY * halfY)) / lengthSquared, -1.0, 1.0);
                var acrossX = offsetX - (along * halfX);
                var acrossY = offsetY - (along * halfY);
                var distance = Math.Sqrt((acrossX * acrossX) + (acrossY * acrossY));
                if (distance >= reach)
                {
                    continue;
                }

                var cover = isSoft ? SmoothFall(distance / reach) : Math.Min(1.0, reach - distance);
                row[x] *= (float)(1.0 - (opacity * cover));
            }
        }
    }

    private static double SmoothFall(double share) => 1.0 - (share * share * (3.0 - (2.0 * share)));
}
