using EdgeRestore.Degradations;

namespace EdgeRestore.Frames;

/// <summary>High-quality resizing with the same bytes on every machine: whole-number arithmetic throughout.</summary>
/// <remarks>
/// Lanczos with three lobes, widened by the factor when shrinking, as Pillow's resize does; native libraries give other
/// last bits per instruction set, and prepared photographs are pinned by hash.
/// </remarks>
public static class Resampler
{
    private const int Lobes = 3;

    // 8 bits of pixel and 22 of weight leave two for sums beyond the range (Pillow's Resample.c takes the same).
    private const int WeightBits = 22;

    /// <summary>Resizes into a new frame that the caller disposes.</summary>
    /// <param name="source">Rgb24.</param>
    public static Frame Resize(Frame source, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException(
                $"Resizing works on Rgb24; found {source.Format}. Convert the frame first.", nameof(source));
        }

        using var wide = Frame.Rent(width, source.Height, PixelFormat.Rgb24);
        ResizeRows(source, wide);
        var result = Frame.Rent(width, height, PixelFormat.Rgb24);
        ResizeColumns(wide, result);
        return result;
    }

    private static void ResizeRows(Frame source, Frame target)
    {
        var taps = BuildTaps(source.Width, target.Width);
        for (var y = 0; y < source.Height; y++)
        {
            var row = source.Pixels.Slice(y * source.Width * 3, source.Width * 3);
            var output = target.Pixels.Slice(y * target.Width * 3, target.Width * 3);
            for (var x = 0; x < taps.Length; x++)
            {
                var (start, weights) = taps[x];
                int red = 1 << (WeightBits - 1), green = red, blue = red;
                var pixels = row.Slice(start * 3, weights.Length * 3);
                for (var tap = 0; tap < weights.Length; tap++)
                {
                    red += pixels[tap * 3] * weights[tap];
                    green += pixels[(tap * 3) + 1] * weights[tap];
                    blue += pixels[(tap * 3) + 2] * weights[tap];
                }

                output[x * 3] = ToByte(red);
                output[(x * 3) + 1] = ToByte(green);
                output[(x * 3) + 2] = ToByte(blue);
            }
        }
    }

    private static void ResizeColumns(Frame source, Frame target)
    {
        var taps = BuildTaps(source.Height, target.Height);
        var sums = new int[target.Width * 3];
        for (var y = 0; y < taps.Length; y++)
        {
            var (start, weights) = taps[y];
            Array.Fill(sums, 1 << (WeightBits - 1));
            for (var tap = 0; tap < weights.Length; tap++)
            {
                var row = source.Pixels.Slice((start + tap) * sums.Length, sums.Length);
                for (var x = 0; x < sums.Length; x++)
                {
                    sums[x] += row[x] * weights[tap];
                }
            }

            var output = target.Pixels.Slice(y * sums.Length, sums.Length);
            for (var x = 0; x < sums.Length; x++)
            {
                output[x] = ToByte(sums[x]);
            }
        }
    }

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> WeightBits, 0, 255);

    // Per output position the first input position and the weights from there on; their sum is exactly 1.
    private static (int Start, int[] Weights)[] BuildTaps(int inputLength, int outputLength)
    {
        var scale = (double)inputLength / outputLength;
        var stretch = Math.Max(scale, 1.0);
        var taps = new (int, int[])[outputLength];
        for (var position = 0; position < outputLength; position++)
        {
            var centre = (position + 0.5) * scale;
            var start = Math.Max(0, (int)Math.Floor(centre - (Lobes * stretch) + 0.5));
            var end = Math.Min(inputLength, (int)Math.Floor(centre + (Lobes * stretch) + 0.5));
            var exact = new double[Math.Max(1, end - start)];
            var sum = 0.0;
            for (var index = 0; index < exact.Length; index++)
            {
                exact[index] = Lanczos((start + index - centre + 0.5) / stretch);
                sum += exact[index];
            }

            var weights = new int[exact.Length];
            var rest = 1 << WeightBits;
            for (var index = 0; index < weights.Length; index++)
            {
                weights[index] = (int)Math.Floor((exact[index] / sum * (1 << WeightBits)) + 0.5);
                rest -= weights[index];
            }

            // What rounding left over goes to the middle tap, so that flat areas stay exactly flat.
            weights[weights.Length / 2] += rest;
            taps[position] = (start, weights);
        }

        return taps;
    }

    private static double Lanczos(double x) => x is <= -Lobes or >= Lobes ? 0.0 : Sinc(x) * Sinc(x / Lobes);

    private static double Sinc(double x)
    {
        var angle = x * Math.PI;
        return x == 0.0 ? 1.0 : ExactMath.Sin(angle) / angle;
    }
}
