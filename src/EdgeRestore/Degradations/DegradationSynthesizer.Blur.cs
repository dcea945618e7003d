using System.Numerics;
using EdgeRestore.Frames;

namespace EdgeRestore.Degradations;

public sealed partial class DegradationSynthesizer
{
    private static readonly float[] LinearFromByte =
        [.. Enumerable.Range(0, 256).Select(value => (float)DecodeSrgb(value / 255.0))];

    // Encoded values at 4096 steps of linear light, between which the curve is straight to 1e-5.
    private static readonly float[] EncodedFromLinear =
        [.. Enumerable.Range(0, 4098).Select(step => (float)EncodeSrgb(step / 4096.0))];

    private float[] _surroundings = [];

    // sRGB transfer functions: IEC 61966-2-1.
    private static double DecodeSrgb(double value) =>
        value <= 0.04045 ? value / 12.92 : ExactMath.Pow((value + 0.055) / 1.055, 2.4);

    private static double EncodeSrgb(double value) =>
        value <= 0.0031308 ? value * 12.92 : (1.055 * ExactMath.Pow(value, 1.0 / 2.4)) - 0.055;

    // source:  interleaved RGB, linear light, window plus the kernel's reach on every side
    // values:  interleaved RGB, gamma space, the window
    private void LoadBlurred(
        Frame image, int left, int top, int width, int height, BlurParameters blur, Prng prng, Span<float> values)
    {
        var kernel = MotionKernel.Build(blur, ref prng);
        var reach = kernel.Reach;
        var rowLength = (width + (2 * reach)) * 3;
        var source = Reserve(ref _surroundings, rowLength * (height + (2 * reach)));
        for (var y = 0; y < height + (2 * reach); y++)
        {
            var sourceY = Mirroring.Fold(top + y - reach, image.Height);
            var row = image.Pixels.Slice(sourceY * image.Width * 3, image.Width * 3);
            var target = source.Slice(y * rowLength, rowLength);
            for (var x = 0; x < width + (2 * reach); x++)
            {
                var pixel = row.Slice(Mirroring.Fold(left + x - reach, image.Width) * 3, 3);
                target[x * 3] = LinearFromByte[pixel[0]];
                target[(x * 3) + 1] = LinearFromByte[pixel[1]];
                target[(x * 3) + 2] = LinearFromByte[pixel[2]];
            }
        }

        for (var y = 0; y < height; y++)
        {
            var sums = values.Slice(y * width * 3, width * 3);
            sums.Clear();
            foreach (var (offsetX, offsetY, weight) in kernel.Taps)
            {
                var start = ((y + reach + offsetY) * rowLength) + ((reach + offsetX) * 3);
                AddWeighted(source.Slice(start, sums.Length), weight, sums);
            }

            foreach (ref var sum in sums)
            {
                var position = Math.Clamp(sum, 0.0f, 1.0f) * 4096.0f;
                var step = (int)position;
                var below = EncodedFromLinear[step];
                sum = below + ((EncodedFromLinear[step + 1] - below) * (position - step));
            }
        }
    }

    // Element-wise and never fused, so the vector's width does not change the result.
    private static void AddWeighted(ReadOnlySpan<float> row, float weight, Span<float> sums)
    {
        var index = 0;
        var factor = new Vector<float>(weight);
        for (; index <= sums.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            var sum = new Vector<float>(sums[index..]) + (new Vector<float>(row[index..]) * factor);
            sum.CopyTo(sums[index..]);
        }

        for (; index < sums.Length; index++)
        {
            sums[index] += row[index] * weight;
        }
    }
}
