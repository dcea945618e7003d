using System.Numerics;

namespace EdgeRestore.Quantization.Calibration;

internal static class FloatScan
{
    /// <summary>Whether no value is NaN or infinite.</summary>
    public static bool IsFinite(ReadOnlySpan<float> values)
    {
        // x - x is 0, or NaN for what is not finite; NaN stays in a sum.
        var sum = Vector<float>.Zero;
        var index = 0;
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            var part = new Vector<float>(values[index..]);
            sum += part - part;
        }

        var rest = Vector.Sum(sum);
        for (; index < values.Length; index++)
        {
            rest += values[index] - values[index];
        }

        return rest == 0f;
    }
}
