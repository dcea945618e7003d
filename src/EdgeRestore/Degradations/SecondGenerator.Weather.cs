namespace EdgeRestore.Degradations;

internal sealed partial class SecondGenerator
{
    // Rain as it was made for Rain100: white noise, thresholded, smeared along one direction, laid over the scene with
    // an opacity (alpha blending, where the first generator adds or screens streaks that it draws one by one).
    private static void AddRain(double[] light, int width, int height, double brightness, ref Prng prng)
    {
        var angle = prng.NextDouble(-25.0, 25.0) * DegreesToRadians;
        var length = prng.NextInt32(14, 34);
        var share = prng.NextDouble(0.004, 0.010);
        var opacity = prng.NextDouble(0.35, 0.75);
        var (stepX, stepY) = (ExactMath.Sin(angle), ExactMath.Cos(angle));

        // Drops also begin above and beside the image.
        var margin = length + 2;
        var (wide, high) = (width + (2 * margin), height + (2 * margin));
        var drops = new double[wide * high];
        for (var index = 0; index < drops.Length; index++)
        {
            drops[index] = prng.NextDouble() < share ? 0.5 + (0.5 * prng.NextDouble()) : 0.0;
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = 0.0;
                for (var step = 0; step < length; step++)
                {
                    sum += Bilinear(drops, wide, x + margin - (step * stepX), y + margin - (step * stepY));
                }

                var alpha = Math.Min(1.0, opacity * sum);
                var at = ((y * width) + x) * 3;
                for (var channel = 0; channel < 3; channel++)
                {
                    light[at + channel] += alpha * ((0.75 * brightness) - light[at + channel]) * 0.6;
                }
            }
        }
    }

    // Flakes with sizes by an exponential law (Gunn and Marshall 1958: few large, many small), each an ellipse of even
    // opacity with an edge of one pixel (the first generator has three layers of round flakes).
    private static void AddSnow(double[] light, int width, int height, ref Prng prng)
    {
        var count = (int)(width * height * prng.NextDouble(0.002, 0.005));
        var mean = prng.NextDouble(0.9, 1.6);
        for (var flake = 0; flake < count; flake++)
        {
            var radius = Math.Min(9.0, 0.6 - (mean * ExactMath.Log(1.0 - prng.NextDouble())));
            var flat = prng.NextDouble(0.45, 1.0);
            var turn = prng.NextDouble(0.0, 180.0) * DegreesToRadians;
            var (sine, cosine) = (ExactMath.Sin(turn), ExactMath.Cos(turn));
            var (centreX, centreY) = (prng.NextDouble(0.0, width), prng.NextDouble(0.0, height));

            // Near flakes are out of focus and let more through.
            var opacity = prng.NextDouble(0.45, 0.9) / (1.0 + (0.12 * radius));
            var reach = (int)radius + 2;
            for (var y = Math.Max(0, (int)centreY - reach); y < Math.Min(height, (int)centreY + reach + 1); y++)
            {
                for (var x = Math.Max(0, (int)centreX - reach); x < Math.Min(width, (int)centreX + reach + 1); x++)
                {
                    var (dx, dy) = (x - centreX, y - centreY);
                    var (a, b) = ((dx * cosine) + (dy * sine), ((dy * cosine) - (dx * sine)) / flat);
                    var cover = Math.Clamp(radius + 0.5 - Math.Sqrt((a * a) + (b * b)), 0.0, 1.0) * opacity;
                    var at = ((y * width) + x) * 3;
                    for (var channel = 0; channel < 3; channel++)
                    {
                        light[at + channel] += cover * (0.92 - light[at + channel]);
                    }
                }
            }
        }
    }

    // Koschmieder's law in linear light, with the depth of the colour attenuation prior (Zhu, Mai and Shao 2015:
    // d = 0.121779 + 0.959710 v - 0.780245 s), averaged over a window, above a slope towards the horizon. The first
    // generator works on encoded values and takes a plane, the dark channel or a constant.
    private static void AddHaze(double[] light, int width, int height, double brightness, ref Prng prng)
    {
        var beta = prng.NextDouble(0.7, 1.6);
        var slope = prng.NextDouble(0.2, 0.9);
        var airlight = brightness * prng.NextDouble(0.55, 0.9);
        var depth = new double[width * height];
        for (var index = 0; index < depth.Length; index++)
        {
            var (red, green, blue) = (light[index * 3], light[(index * 3) + 1], light[(index * 3) + 2]);
            var value = Math.Max(red, Math.Max(green, blue));
            var saturation = value <= 0.0 ? 0.0 : 1.0 - (Math.Min(red, Math.Min(green, blue)) / value);
            var row = 1.0 - ((double)(index / width) / height);
            depth[index] = 0.121779 + (0.959710 * Math.Min(1.0, value)) - (0.780245 * saturation) + (slope * row);
        }

        depth = BoxMean(depth, width, height, Math.Max(2, Math.Min(width, height) / 24));
        for (var index = 0; index < depth.Length; index++)
        {
            var transmission = Math.Max(0.12, ExactMath.Exp(-beta * Math.Max(0.0, depth[index])));
            for (var channel = 0; channel < 3; channel++)
            {
                var at = (index * 3) + channel;
                light[at] = (light[at] * transmission) + (airlight * (1.0 - transmission));
            }
        }
    }

    private static double Bilinear(double[] map, int width, double x, double y)
    {
        var (left, top) = ((int)x, (int)y);
        var (shareX, shareY) = (x - left, y - top);
        var at = (top * width) + left;
        var upper = map[at] + ((map[at + 1] - map[at]) * shareX);
        var lower = map[at + width] + ((map[at + width + 1] - map[at + width]) * shareX);
        return upper + ((lower - upper) * shareY);
    }

    // Twice over rows and columns; windows end at the edge.
    private static double[] BoxMean(double[] map, int width, int height, int radius)
    {
        var across = new double[map.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (from, to) = (Math.Max(0, x - radius), Math.Min(width - 1, x + radius));
                var sum = 0.0;
                for (var at = from; at <= to; at++)
                {
                    sum += map[(y * width) + at];
                }

                across[(y * width) + x] = sum / (to - from + 1);
            }
        }

        var result = new double[map.Length];
        for (var y = 0; y < height; y++)
        {
            var (from, to) = (Math.Max(0, y - radius), Math.Min(height - 1, y + radius));
            for (var x = 0; x < width; x++)
            {
                var sum = 0.0;
                for (var at = from; at <= to; at++)
                {
                    sum += across[(at * width) + x];
                }

                result[(y * width) + x] = sum / (to - from + 1);
            }
        }

        return result;
    }
}
