using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeRestore.Frames;

/// <content>Rows sixteen pixels at a time; each returns how many pixels (or chroma samples) it did.</content>
public static partial class PixelConversion
{
    private const int Lanes = 16;

    /// <summary>True where one instruction picks bytes and takes index 255 for zero, as pshufb and tbl do.</summary>
    internal static bool HasVectors { get; } = Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    // Where byte i of 48 interleaved bytes comes from: lane i / 3 of channel i % 3; 255 selects zero.
    private static readonly Vector128<byte>[,] Weave = BuildWeave();

    // Where lane i of a channel comes from in the three vectors of 48 interleaved bytes.
    private static readonly Vector128<byte>[,] Unweave = BuildUnweave();

    private static readonly Vector128<byte> EvenBytes =
        Vector128.Create((byte)0, 2, 4, 6, 8, 10, 12, 14, 255, 255, 255, 255, 255, 255, 255, 255);

    private static readonly Vector128<byte> OddBytes =
        Vector128.Create((byte)1, 3, 5, 7, 9, 11, 13, 15, 255, 255, 255, 255, 255, 255, 255, 255);

    private static readonly Vector128<byte> TwiceEach =
        Vector128.Create((byte)0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);

    private static readonly Vector128<byte> Alternate =
        Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);

    private static int SwapVectors(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var x = 0;
        for (; (x + Lanes) * 3 <= source.Length; x += Lanes)
        {
            var (first, second, third) = LoadPixels(source[(x * 3)..]);
            StorePixels(third, second, first, target[(x * 3)..]);
        }

        return x;
    }

    private static int GrayToRgbVectors(ReadOnlySpan<byte> gray, Span<byte> rgb)
    {
        var x = 0;
        for (; x + Lanes <= gray.Length; x += Lanes)
        {
            var values = Vector128.Create(gray[x..]);
            StorePixels(values, values, values, rgb[(x * 3)..]);
        }

        return x;
    }

    private static int YuvToRgbVectors(
        ReadOnlySpan<byte> luma, ReadOnlySpan<byte> chromaU, ReadOnlySpan<byte> chromaV, int step,
        Span<byte> rgb, YuvCoefficients coefficients)
    {
        var x = 0;
        for (; x + Lanes <= luma.Length; x += Lanes)
        {
            Vector128<byte> u, v;
            if (step == 2)
            {
                var both = Vector128.Create(chromaU[x..]);
                u = Vector128.ShuffleNative(both, EvenBytes);
                v = Vector128.ShuffleNative(both, OddBytes);
            }
            else
            {
                u = Vector128.Create(Vector64.Create(chromaU[(x / 2)..]), default);
                v = Vector128.Create(Vector64.Create(chromaV[(x / 2)..]), default);
            }

            var lumas = Widen(Vector128.Create(luma[x..]));
            var us = Widen(Vector128.ShuffleNative(u, TwiceEach));
            var vs = Widen(Vector128.ShuffleNative(v, TwiceEach));
            Sixteen red = default, green = default, blue = default;
            for (var part = 0; part < 4; part++)
            {
                var y = ((lumas[part] - Vector128.Create(coefficients.LumaOffset)) * coefficients.Luma) + Vector128.Create(Half);
                var chroma = (U: us[part] - Vector128.Create(128), V: vs[part] - Vector128.Create(128));
                red[part] = Shift(y + (chroma.V * coefficients.RedFromV));
                green[part] = Shift(y - (chroma.U * coefficients.GreenFromU) - (chroma.V * coefficients.GreenFromV));
                blue[part] = Shift(y + (chroma.U * coefficients.BlueFromU));
            }

            StorePixels(Narrow(red), Narrow(green), Narrow(blue), rgb[(x * 3)..]);
        }

        return x;
    }

    private static int LumaVectors(ReadOnlySpan<byte> rgb, Span<byte> luma, YuvCoefficients coefficients)
    {
        var x = 0;
        for (; x + Lanes <= luma.Length; x += Lanes)
        {
            var (redBytes, greenBytes, blueBytes) = LoadPixels(rgb[(x * 3)..]);
            var (red, green, blue) = (Widen(redBytes), Widen(greenBytes), Widen(blueBytes));
            Sixteen result = default;
            for (var part = 0; part < 4; part++)
            {
                var sum = (red[part] * coefficients.LumaFromRed) + (green[part] * coefficients.LumaFromGreen)
                    + (blue[part] * coefficients.LumaFromBlue) + Vector128.Create(Half);
                result[part] = Shift(sum) + Vector128.Create(coefficients.LumaOffset);
            }

            Narrow(result).CopyTo(luma[x..]);
        }

        return x;
    }

    private static int ChromaVectors(
        ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, Span<byte> chromaU, Span<byte> chromaV, int step,
        YuvCoefficients coefficients)
    {
        var x = 0;
        for (; (x + 8) * 6 <= upper.Length; x += 8)
        {
            var above = LoadPixels(upper[(x * 6)..]);
            var below = LoadPixels(lower[(x * 6)..]);
            var red = SumPairs(above.Item1, below.Item1);
            var green = SumPairs(above.Item2, below.Item2);
            var blue = SumPairs(above.Item3, below.Item3);
            var u = Chroma(red, green, blue, coefficients.UFromRed, coefficients.UFromGreen, coefficients.UFromBlue);
            var v = Chroma(red, green, blue, coefficients.VFromRed, coefficients.VFromGreen, coefficients.VFromBlue);
            if (step == 2)
            {
                Vector128.ShuffleNative(Vector128.Create(u, v), Alternate).CopyTo(chromaU[(x * 2)..]);
            }
            else
            {
                u.CopyTo(chromaU[x..]);
                v.CopyTo(chromaV[x..]);
            }
        }

        return x;
    }

    private static Vector64<byte> Chroma(
        Vector128<ushort> red, Vector128<ushort> green, Vector128<ushort> blue, int fromRed, int fromGreen, int fromBlue)
    {
        var low = ChromaPart(
            Vector128.WidenLower(red).AsInt32(), Vector128.WidenLower(green).AsInt32(), Vector128.WidenLower(blue).AsInt32(),
            fromRed, fromGreen, fromBlue);
        var high = ChromaPart(
            Vector128.WidenUpper(red).AsInt32(), Vector128.WidenUpper(green).AsInt32(), Vector128.WidenUpper(blue).AsInt32(),
            fromRed, fromGreen, fromBlue);
        return Vector128.Narrow(Vector128.Narrow(low, high).AsUInt16(), Vector128<ushort>.Zero).GetLower();
    }

    private static Vector128<int> ChromaPart(
        Vector128<int> red, Vector128<int> green, Vector128<int> blue, int fromRed, int fromGreen, int fromBlue)
    {
        const int Bits = YuvCoefficients.Bits + 2;
        var sum = (red * fromRed) + (green * fromGreen) + (blue * fromBlue) + Vector128.Create(1 << (Bits - 1));
        var value = Vector128.ShiftRightArithmetic(sum, Bits) + Vector128.Create(128);
        return Vector128.Min(Vector128.Max(value, Vector128<int>.Zero), Vector128.Create(255));
    }

    // Two rows of sixteen bytes to eight sums over 2x2.
    private static Vector128<ushort> SumPairs(Vector128<byte> above, Vector128<byte> below)
    {
        var mask = Vector128.Create((ushort)0xFF);
        var (upper, lower) = (above.AsUInt16(), below.AsUInt16());
        return (upper & mask) + Vector128.ShiftRightLogical(upper, 8) + (lower & mask) + Vector128.ShiftRightLogical(lower, 8);
    }

    private static Vector128<int> Shift(Vector128<int> sum) => Vector128.ShiftRightArithmetic(sum, YuvCoefficients.Bits);

    private static Sixteen Widen(Vector128<byte> values)
    {
        var (low, high) = Vector128.Widen(values);
        Sixteen result = default;
        result[0] = Vector128.WidenLower(low).AsInt32();
        result[1] = Vector128.WidenUpper(low).AsInt32();
        result[2] = Vector128.WidenLower(high).AsInt32();
        result[3] = Vector128.WidenUpper(high).AsInt32();
        return result;
    }

    private static Vector128<byte> Narrow(Sixteen values) => Vector128.Narrow(
        Vector128.Narrow(Clamp(values[0]), Clamp(values[1])).AsUInt16(),
        Vector128.Narrow(Clamp(values[2]), Clamp(values[3])).AsUInt16());

    private static Vector128<int> Clamp(Vector128<int> values) =>
        Vector128.Min(Vector128.Max(values, Vector128<int>.Zero), Vector128.Create(255));

    private static (Vector128<byte>, Vector128<byte>, Vector128<byte>) LoadPixels(ReadOnlySpan<byte> pixels)
    {
        var (first, second, third) = (Vector128.Create(pixels), Vector128.Create(pixels[16..]), Vector128.Create(pixels[32..]));
        return (Gather(0), Gather(1), Gather(2));

        Vector128<byte> Gather(int channel) => Vector128.ShuffleNative(first, Unweave[channel, 0])
            | Vector128.ShuffleNative(second, Unweave[channel, 1])
            | Vector128.ShuffleNative(third, Unweave[channel, 2]);
    }

    private static void StorePixels(Vector128<byte> red, Vector128<byte> green, Vector128<byte> blue, Span<byte> pixels)
    {
        for (var part = 0; part < 3; part++)
        {
            var bytes = Vector128.ShuffleNative(red, Weave[part, 0]) | Vector128.ShuffleNative(green, Weave[part, 1])
                | Vector128.ShuffleNative(blue, Weave[part, 2]);
            bytes.CopyTo(pixels[(part * 16)..]);
        }
    }

    private static Vector128<byte>[,] BuildWeave()
    {
        var result = new Vector128<byte>[3, 3];
        for (var part = 0; part < 3; part++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var lanes = new byte[16];
                for (var lane = 0; lane < 16; lane++)
                {
                    var position = (part * 16) + lane;
                    lanes[lane] = position % 3 == channel ? (byte)(position / 3) : (byte)255;
                }

                result[part, channel] = Vector128.Create(lanes);
            }
        }

        return result;
    }

    private static Vector128<byte>[,] BuildUnweave()
    {
        var result = new Vector128<byte>[3, 3];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var part = 0; part < 3; part++)
            {
                var lanes = new byte[16];
                for (var lane = 0; lane < 16; lane++)
                {
                    var position = (lane * 3) + channel;
                    lanes[lane] = position / 16 == part ? (byte)(position % 16) : (byte)255;
                }

                result[channel, part] = Vector128.Create(lanes);
            }
        }

        return result;
    }

    [System.Runtime.CompilerServices.InlineArray(4)]
    private struct Sixteen
    {
        private Vector128<int> _part;
    }
}
