using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>What one reading of values finds.</summary>
/// <param name="Min">Least value.</param>
/// <param name="Max">Greatest value.</param>
/// <param name="Mean">Mean, summed in an order that depends on the number of values alone.</param>
/// <param name="IsFinite">Whether none was NaN or infinite; the others say nothing otherwise.</param>
internal readonly record struct TensorScan(float Min, float Max, float Mean, bool IsFinite)
{
    // Sums of so many values keep within a float's digits, and are added up in double.
    private const int BlockLength = 4096;

    /// <summary>Reads values; the result is the same on every machine.</summary>
    /// <param name="values">One or more.</param>
    public static TensorScan Of(ReadOnlySpan<float> values)
    {
        var (min, max) = (Vector256.Create(float.PositiveInfinity), Vector256.Create(float.NegativeInfinity));

        // x - x is 0, or NaN for what is not finite; NaN stays in a sum.
        var zero = Vector256<float>.Zero;
        var total = 0.0;
        var count = values.Length;
        while (values.Length >= Vector256<float>.Count)
        {
            var block = MemoryMarshal.Cast<float, Vector256<float>>(values[..Math.Min(values.Length, BlockLength)]);
            var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
            var index = 0;
            for (; index + 1 < block.Length; index += 2)
            {
                var (one, other) = (block[index], block[index + 1]);
                even += one;
                odd += other;
                min = Vector256.Min(min, Vector256.Min(one, other));
                max = Vector256.Max(max, Vector256.Max(one, other));
                zero += (one - one) + (other - other);
            }

            if (index < block.Length)
            {
                even += block[index];
                min = Vector256.Min(min, block[index]);
                max = Vector256.Max(max, block[index]);
                zero += block[index] - block[index];
            }

            total += Vector256.Sum(even + odd);
            values = values[(block.Length * Vector256<float>.Count)..];
        }

        var (least, greatest, rest) = (float.PositiveInfinity, float.NegativeInfinity, 0f);
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
        {
            (least, greatest) = (MathF.Min(least, min[lane]), MathF.Max(greatest, max[lane]));
        }

        foreach (var value in values)
        {
            (least, greatest) = (MathF.Min(least, value), MathF.Max(greatest, value));
            total += value;
            rest += value - value;
        }

        return new(least, greatest, (float)(total / count), Vector256.Sum(zero) + rest == 0f);
    }
}
