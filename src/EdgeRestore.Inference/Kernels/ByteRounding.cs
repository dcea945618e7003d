using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// QuantizeLinear to 8 bits, as ONNX defines it: divided, rounded half to even, moved by the zero point, clamped.
/// </summary>
internal readonly struct ByteRounding(float scale, int zeroPoint)
{
    // Levels that are clamped whatever the zero point; further out, integers would wrap around.
    private const float Beyond = 512;

    private readonly float _scale = scale;
    private readonly int _zeroPoint = zeroPoint;

    public readonly byte Round(float value) =>
        (byte)Math.Clamp(MathF.Round(value / _scale) + _zeroPoint, byte.MinValue, byte.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector<byte> Round(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d)
    {
        var low = Vector.NarrowWithSaturation(ToLevels(a), ToLevels(b));
        var high = Vector.NarrowWithSaturation(ToLevels(c), ToLevels(d));
        return Vector.NarrowWithSaturation(
            Vector.Max(low, Vector<short>.Zero).As<short, ushort>(),
            Vector.Max(high, Vector<short>.Zero).As<short, ushort>());
    }

    /// <summary>Words of four values each, the first one in the lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector<int> RoundToWords(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d) =>
        Clamp(ToLevels(a)) | (Clamp(ToLevels(b)) << 8) | (Clamp(ToLevels(c)) << 16) | (Clamp(ToLevels(d)) << 24);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Clamp(Vector<int> levels) =>
        Vector.MinNative(Vector.MaxNative(levels, Vector<int>.Zero), new Vector<int>(byte.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector<int> ToLevels(Vector<float> value) =>
        Vector.ConvertToInt32Native(Vector.MinNative(
            Vector.MaxNative(Vector.Round(value / new Vector<float>(_scale)), new Vector<float>(-Beyond)),
            new Vector<float>(Beyond)))
        + new Vector<int>(_zeroPoint);
}
