using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>
/// Structural similarity in the variant <c>skimage7</c>, which the all-in-one restoration tables use.
/// </summary>
/// <remarks>
/// scikit-image's structural_similarity with its defaults: uniform 7x7 window, sample covariance (49/48), C1 = (0.01
/// L)²,
/// C2 = (0.03 L)², mean over the pixels that are 3 from every edge, mean over the channels. Wang's Gaussian 11x11 gives
/// figures that differ by 0.002–0.01: never mix them.
/// </remarks>
public static class Ssim
{
    private const int Window = 7;

    /// <summary>Mean similarity, at most 1.</summary>
    /// <exception cref="ArgumentException">A side is below 7.</exception>
    public static double Compute(Frame reference, Frame image)
    {
        MetricFrames.Require(reference, image);
        if (Math.Min(reference.Width, reference.Height) < Window)
        {
            throw new ArgumentException(
                $"Images are {reference.Width}x{reference.Height}; SSIM's window needs {Window} pixels each way.",
                nameof(reference));
        }

        var total = 0.0;
        for (var channel = 0; channel < 3; channel++)
        {
            total += ComputeChannel(reference, image, channel);
        }

        return total / 3.0;
    }

    // Window sums are whole numbers: five running sums per column, then the same along the row. No rounding before S.
    private static double ComputeChannel(Frame reference, Frame image, int channel)
    {
        var (width, height) = (reference.Width, reference.Height);
        var columns = new Sums[width];
        var total = 0.0;
        for (var y = 0; y < height; y++)
        {
            var entering = y * width * 3;
            var leaving = (y - Window) * width * 3;
            for (var x = 0; x < width; x++)
            {
                var offset = (x * 3) + channel;
                columns[x].Add(reference.Pixels[entering + offset], image.Pixels[entering + offset]);
                if (leaving >= 0)
                {
                    columns[x].Remove(reference.Pixels[leaving + offset], image.Pixels[leaving + offset]);
                }
            }

            if (y < Window - 1)
            {
                continue;
            }

            var window = default(Sums);
            for (var x = 0; x < width; x++)
            {
                window.Add(columns[x]);
                if (x >= Window)
                {
                    window.Remove(columns[x - Window]);
                }

                if (x >= Window - 1)
                {
                    total += window.Similarity();
                }
            }
        }

        return total / ((double)(width - Window + 1) * (height - Window + 1));
    }

    private struct Sums
    {
        private const double Count = Window * Window;
        private const double C1 = 0.01 * 255.0 * 0.01 * 255.0;
        private const double C2 = 0.03 * 255.0 * 0.03 * 255.0;

        private int _x;
        private int _y;
        private int _xx;
        private int _yy;
        private int _xy;

        public void Add(int x, int y)
        {
            _x += x;
            _y += y;
            _xx += x * x;
            _yy += y * y;
            _xy += x * y;
        }

        public void Remove(int x, int y)
        {
            _x -= x;
            _y -= y;
            _xx -= x * x;
            _yy -= y * y;
            _xy -= x * y;
        }

        public void Add(in Sums other)
        {
            _x += other._x;
            _y += other._y;
            _xx += other._xx;
            _yy += other._yy;
            _xy += other._xy;
        }

        public void Remove(in Sums other)
        {
            _x -= other._x;
            _y -= other._y;
            _xx -= other._xx;
            _yy -= other._yy;
            _xy -= other._xy;
        }

        public readonly double Similarity()
        {
            double meanX = _x / Count, meanY = _y / Count;
            var sample = Count / (Count - 1.0);
            var varianceX = sample * ((_xx / Count) - (meanX * meanX));
            var varianceY = sample * ((_yy / Count) - (meanY * meanY));
            var covariance = sample * ((_xy / Count) - (meanX * meanY));
            return ((2.0 * meanX * meanY) + C1) * ((2.0 * covariance) + C2)
                / (((meanX * meanX) + (meanY * meanY) + C1) * (varianceX + varianceY + C2));
        }
    }
}
