using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>The 36 features of each block of a frame, 18 at each of two scales.</summary>
internal static class NiqeFeatures
{
    private const int BlockSide = 96;
    private const int Radius = 3;
    private const double GridLow = 0.2;
    private const double GridStep = 0.001;
    private const int GridCount = 9801;

    private static readonly (int Y, int X)[] Shifts = [(0, 1), (1, 0), (1, 1), (1, -1)];

    // A Gaussian of sigma 7/6 over 7 pixels.
    private static readonly double[] Window = BuildWindow();

    // G(2/a)^2 / (G(1/a) G(3/a)) over the shapes a that are tried; rises with a.
    private static readonly double[] Ratios = [.. Enumerable.Range(0, GridCount).Select(index =>
    {
        var a = GridLow + (index * GridStep);
        return Math.Exp((2 * LogGamma(2 / a)) - LogGamma(1 / a) - LogGamma(3 / a));
    })];

    /// <summary>Features and sharpness (mean local deviation) of each block.</summary>
    public static IEnumerable<(double[] Features, double Sharpness)> Of(Frame frame)
    {
        var (columns, rows) = (frame.Width / BlockSide, frame.Height / BlockSide);
        var (width, height) = (columns * BlockSide, rows * BlockSide);
        if (columns == 0 || rows == 0)
        {
            yield break;
        }

        var luma = Luma(frame, width, height);
        var (first, deviations) = Normalise(luma, width, height);
        var (second, _) = Normalise(Halve(luma, width, height), width / 2, height / 2);
        for (var index = 0; index < rows * columns; index++)
        {
            var (top, left) = (index / columns * BlockSide, index % columns * BlockSide);
            var features = new List<double>(36);
            Describe(first, width, left, top, BlockSide, features);
            Describe(second, width / 2, left / 2, top / 2, BlockSide / 2, features);
            var sharpness = 0.0;
            for (var y = top; y < top + BlockSide; y++)
            {
                for (var x = left; x < left + BlockSide; x++)
                {
                    sharpness += deviations[(y * width) + x];
                }
            }

            yield return ([.. features], sharpness / (BlockSide * BlockSide));
        }
    }

    // BT.601 luma of MATLAB's rgb2ycbcr, 16 to 235.
    private static double[] Luma(Frame frame, int width, int height)
    {
        var luma = new double[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = frame.Pixels.Slice(y * frame.Width * 3, width * 3);
            for (var x = 0; x < width; x++)
            {
                var sum = (65.481 * row[x * 3]) + (128.553 * row[(x * 3) + 1]) + (24.966 * row[(x * 3) + 2]);
                luma[(y * width) + x] = 16 + (sum / 255);
            }
        }

        return luma;
    }

    // (I - mean) / (deviation + 1), both over the window with replicated edges.
    private static (double[] Normalised, double[] Deviations) Normalise(double[] image, int width, int height)
    {
        var mean = Blur(image, width, height);
        var square = Blur([.. image.Select(value => value * value)], width, height);
        var deviations = new double[image.Length];
        var normalised = new double[image.Length];
        for (var index = 0; index < image.Length; index++)
        {
            deviations[index] = Math.Sqrt(Math.Abs(square[index] - (mean[index] * mean[index])));
            normalised[index] = (image[index] - mean[index]) / (deviations[index] + 1);
        }

        return (normalised, deviations);
    }

    private static double[] Blur(double[] image, int width, int height)
    {
        var across = new double[image.Length];
        var result = new double[image.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = 0.0;
                for (var tap = -Radius; tap <= Radius; tap++)
                {
                    sum += Window[tap + Radius] * image[(y * width) + Math.Clamp(x + tap, 0, width - 1)];
                }

                across[(y * width) + x] = sum;
            }
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = 0.0;
                for (var tap = -Radius; tap <= Radius; tap++)
                {
                    sum += Window[tap + Radius] * across[(Math.Clamp(y + tap, 0, height - 1) * width) + x];
                }

                result[(y * width) + x] = sum;
            }
        }

        return result;
    }

    private static double[] Halve(double[] image, int width, int height)
    {
        var half = new double[width / 2 * (height / 2)];
        for (var index = 0; index < half.Length; index++)
        {
            var at = (index / (width / 2) * 2 * width) + (index % (width / 2) * 2);
            half[index] = (image[at] + image[at + 1] + image[at + width] + image[at + width + 1]) / 4;
        }

        return half;
    }

    private static void Describe(double[] map, int width, int left, int top, int side, List<double> features)
    {
        var block = new double[side * side];
        for (var y = 0; y < side; y++)
        {
            Array.Copy(map, ((top + y) * width) + left, block, y * side, side);
        }

        var (shape, low, high) = FitAsymmetric(block);
        features.Add(shape);
        features.Add((low + high) / 2);
        var product = new double[block.Length];
        foreach (var (shiftY, shiftX) in Shifts)
        {
            // np.roll: what leaves at one edge comes in at the other.
            for (var index = 0; index < block.Length; index++)
            {
                var y = ((index / side) - shiftY + side) % side;
                var x = ((index % side) - shiftX + side) % side;
                product[index] = block[index] * block[(y * side) + x];
            }

            (shape, low, high) = FitAsymmetric(product);
            features.Add(shape);
            features.Add((high - low) * Math.Exp(LogGamma(2 / shape) - LogGamma(1 / shape)));
            features.Add(low);
            features.Add(high);
        }
    }

    // Shape and both scales of an asymmetric generalised Gaussian, by moments (Lasmar, Stitou and Berthoumieu 2009).
    private static (double Shape, double Low, double High) FitAsymmetric(double[] values)
    {
        double below = 0, above = 0, absolute = 0;
        var (belowCount, aboveCount) = (0, 0);
        foreach (var value in values)
        {
            absolute += Math.Abs(value);
            if (value < 0)
            {
                below += value * value;
                belowCount++;
            }
            else if (value > 0)
            {
                above += value * value;
                aboveCount++;
            }
        }

        var low = Math.Sqrt(below / Math.Max(1, belowCount));
        var high = Math.Sqrt(above / Math.Max(1, aboveCount));
        var squares = (below + above) / values.Length;
        if (low == 0 || high == 0 || squares == 0)
        {
            // A block without structure says nothing of it; the model leaves such out.
            return (double.NaN, 0, 0);
        }

        var skew = low / high;
        var ratio = absolute / values.Length * (absolute / values.Length) / squares;
        ratio *= ((skew * skew * skew) + 1) * (skew + 1) / (((skew * skew) + 1) * ((skew * skew) + 1));
        var at = Array.BinarySearch(Ratios, ratio);
        at = at >= 0 ? at : Math.Min(~at, GridCount - 1);
        if (at > 0 && ratio - Ratios[at - 1] < Ratios[at] - ratio)
        {
            at--;
        }

        var shape = GridLow + (at * GridStep);
        var scale = Math.Exp(0.5 * (LogGamma(1 / shape) - LogGamma(3 / shape)));
        return (shape, low * scale, high * scale);
    }

    private static double[] BuildWindow()
    {
        const double Sigma = 7.0 / 6.0;
        double[] window = [.. Enumerable.Range(-Radius, (2 * Radius) + 1).Select(
            at => Math.Exp(-at * at / (2 * Sigma * Sigma)))];
        var sum = window.Sum();
        return [.. window.Select(value => value / sum)];
    }

    // Lanczos' approximation, g = 7, n = 9 (Numerical Recipes; relative error below 1e-14). x > 0.
    private static double LogGamma(double x)
    {
        ReadOnlySpan<double> coefficients =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
            12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        x -= 1;
        var sum = coefficients[0];
        for (var index = 1; index < coefficients.Length; index++)
        {
            sum += coefficients[index] / (x + index);
        }

        var t = x + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
