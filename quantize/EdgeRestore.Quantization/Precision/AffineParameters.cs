using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

/// <summary>
/// real = scale × (integer − zero point), with the formulas of ONNX Runtime's quantization tool, bit for bit.
/// </summary>
/// <remarks>
/// compute_scale_zp and quantize_nparray in
/// https://github.com/microsoft/onnxruntime/blob/v1.22.0/onnxruntime/python/tools/quantization/quant_utils.py
/// </remarks>
public readonly record struct AffineParameters(float Scale, int ZeroPoint, ElementType Type)
{
    // The smallest normal float32: below it the range counts as empty.
    private const double SmallestScale = 1.17549435e-38;

    /// <summary>Parameters for values from <paramref name="min"/> to <paramref name="max"/>.</summary>
    /// <param name="min">Least value; a range without zero is widened to it.</param>
    /// <param name="max">Greatest value.</param>
    /// <param name="type">UInt8, Int8, UInt16 or Int16.</param>
    /// <param name="symmetric">Whether zero stands in the middle.</param>
    /// <param name="reduced">Half the range, for processors whose 8-bit products saturate.</param>
    public static AffineParameters Of(float min, float max, ElementType type, bool symmetric, bool reduced = false)
    {
        if (!float.IsFinite(min) || !float.IsFinite(max) || min > max)
        {
            throw new ArgumentException(
                $"A range from {min} to {max} cannot be quantized; it must be finite and ordered.");
        }

        min = MathF.Min(min, 0);
        max = MathF.Max(max, 0);
        if (symmetric)
        {
            max = MathF.Max(MathF.Abs(min), MathF.Abs(max));
            min = -max;
        }

        var (least, greatest) = RangeOf(type, symmetric, reduced);
        double range = max - min;
        var scale = range / ((double)greatest - least);
        if (scale < SmallestScale)
        {
            return new(1, 0, type);
        }

        var zero = symmetric ? (least + greatest) / 2.0 : least - (min / scale);
        return new((float)scale, (int)Math.Round(zero, MidpointRounding.ToEven), type);
    }

    public int Quantize(float value)
    {
        var (least, greatest) = RangeOf(Type, symmetric: false, reduced: false);
        var rounded = MathF.Round(value / Scale, MidpointRounding.ToEven) + ZeroPoint;
        return rounded <= least ? least : rounded >= greatest ? greatest : (int)rounded;
    }

    public float Dequantize(int integer) => Scale * (integer - ZeroPoint);

    /// <summary>Quantized and back.</summary>
    public float Round(float value) => Dequantize(Quantize(value));

    internal static (int Least, int Greatest) RangeOf(ElementType type, bool symmetric, bool reduced) =>
        (type, reduced) switch
        {
            (ElementType.UInt8, false) => (0, 255),
            (ElementType.UInt8, true) => (0, 127),
            (ElementType.Int8, false) => (symmetric ? -127 : -128, 127),
            (ElementType.Int8, true) => (-64, 64),
            (ElementType.UInt16, false) => (0, 65535),
            (ElementType.UInt16, true) => (0, 32767),
            (ElementType.Int16, false) => (symmetric ? -32767 : -32768, 32767),
            (ElementType.Int16, true) => (-16384, 16384),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Allowed: UInt8, Int8, UInt16, Int16."),
        };
}
