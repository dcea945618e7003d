using System.Runtime.CompilerServices;
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

    private static readonly Picks FirstBytes = Picks.Interleave(0);
    private static readonly Picks SecondBytes = Picks.Interleave(1);
    private static readonly Picks ThirdBytes = Picks.Interleave(2);
    private static readonly Picks Red = Picks.Deinterleave(0);
    private static readonly Picks Green = Picks.Deinterleave(1);
    private static readonly Picks Blue = Picks.Deinterleave(2);

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

            var (y0, y1, y2, y3) = Widen(Vector128.Create(luma[x..]));
            var (u0, u1, u2, u3) = Widen(Vector128.ShuffleNative(u, TwiceEach));
            var (v0, v1, v2, v3) = Widen(Vector128.ShuffleNative(v, TwiceEach));
            var (red0, green0, blue0) = YuvToRgb(y0, u0, v0, coefficients);
            var (red1, green1, blue1) = YuvToRgb(y1, u1, v1, coefficients);
            var (red2, green2, blue2) = YuvToRgb(y2, u2, v2, coefficients);
            var (red3, green3, blue3) = YuvToRgb(y3, u3, v3, coefficients);
            StorePixels(
                Narrow(red0, red1, red2, red3),
                Narrow(green0, green1, green2, green3),
                Narrow(blue0, blue1, blue2, blue3),
                rgb[(x * 3)..]);
        }

        return x;
    }

    private static int LumaVectors(ReadOnlySpan<byte> rgb, Span<byte> luma, YuvCoefficients coefficients)
    {
        var x = 0;
        for (; x + Lanes <= luma.Length; x += Lanes)
        {
            var (redBytes, greenBytes, blueBytes) = LoadPixels(rgb[(x * 3)..]);
            var (red0, red1, red2, red3) = Widen(redBytes);
            var (green0, green1, green2, green3) = Widen(greenBytes);
            var (blue0, blue1, blue2, blue3) = Widen(blueBytes);
            Narrow(
                Luma(red0, green0, blue0, coefficients),
                Luma(red1, green1, blue1, coefficients),
                Luma(red2, green2, blue2, coefficients),
                Luma(red3, green3, blue3, coefficients)).CopyTo(luma[x..]);
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
        Vector128<ushort> red, Vector128<ushort> green, Vector128<ushort> blue,
        int fromRed, int fromGreen, int fromBlue)
    {
        var low = ChromaPart(
            Vector128.WidenLower(red).AsInt32(),
            Vector128.WidenLower(green).AsInt32(),
            Vector128.WidenLower(blue).AsInt32(),
            fromRed, fromGreen, fromBlue);
        var high = ChromaPart(
            Vector128.WidenUpper(red).AsInt32(),
            Vector128.WidenUpper(green).AsInt32(),
            Vector128.WidenUpper(blue).AsInt32(),
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
        return (upper & mask) + Vector128.ShiftRightLogical(upper, 8) + (lower & mask)
            + Vector128.ShiftRightLogical(lower, 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<int> Red, Vector128<int> Green, Vector128<int> Blue) YuvToRgb(
        Vector128<int> luma, Vector128<int> chromaU, Vector128<int> chromaV, YuvCoefficients coefficients)
    {
        var y = ((luma - Vector128.Create(coefficients.LumaOffset)) * coefficients.Luma) + Vector128.Create(Half);
        var (u, v) = (chromaU - Vector128.Create(128), chromaV - Vector128.Create(128));
        return (
            Shift(y + (v * coefficients.RedFromV)),
            Shift(y - (u * coefficients.GreenFromU) - (v * coefficients.GreenFromV)),
            Shift(y + (u * coefficients.BlueFromU)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Luma(
        Vector128<int> red, Vector128<int> green, Vector128<int> blue, YuvCoefficients coefficients)
    {
        var sum = (red * coefficients.LumaFromRed) + (green * coefficients.LumaFromGreen)
            + (blue * coefficients.LumaFromBlue) + Vector128.Create(Half);
        return Shift(sum) + Vector128.Create(coefficients.LumaOffset);
    }

    private static Vector128<int> Shift(Vector128<int> sum) =>
        Vector128.ShiftRightArithmetic(sum, YuvCoefficients.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<int>, Vector128<int>, Vector128<int>, Vector128<int>) Widen(Vector128<byte> values)
    {
        var (low, high) = Vector128.Widen(values);
        return (
            Vector128.WidenLower(low).AsInt32(), Vector128.WidenUpper(low).AsInt32(),
            Vector128.WidenLower(high).AsInt32(), Vector128.WidenUpper(high).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Narrow(
        Vector128<int> first, Vector128<int> second, Vector128<int> third, Vector128<int> fourth) => Vector128.Narrow(
        Vector128.Narrow(Clamp(first), Clamp(second)).AsUInt16(),
        Vector128.Narrow(Clamp(third), Clamp(fourth)).AsUInt16());

    private static Vector128<int> Clamp(Vector128<int> values) =>
        Vector128.Min(Vector128.Max(values, Vector128<int>.Zero), Vector128.Create(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<byte>, Vector128<byte>, Vector128<byte>) LoadPixels(ReadOnlySpan<byte> pixels)
    {
        var first = Vector128.Create(pixels);
        var second = Vector128.Create(pixels[16..]);
        var third = Vector128.Create(pixels[32..]);
        var red = Merge(first, second, third, Red);
        var green = Merge(first, second, third, Green);
        return (red, green, Merge(first, second, third, Blue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePixels(Vector128<byte> red, Vector128<byte> green, Vector128<byte> blue, Span<byte> pixels)
    {
        Merge(red, green, blue, FirstBytes).CopyTo(pixels);
        Merge(red, green, blue, SecondBytes).CopyTo(pixels[16..]);
        Merge(red, green, blue, ThirdBytes).CopyTo(pixels[32..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Merge(
        Vector128<byte> first, Vector128<byte> second, Vector128<byte> third, Picks picks) =>
        Vector128.ShuffleNative(first, picks.First) | Vector128.ShuffleNative(second, picks.Second)
        | Vector128.ShuffleNative(third, picks.Third);

    // Which byte of each of three vectors goes to each lane; 255 for none.
    private readonly record struct Picks(Vector128<byte> First, Vector128<byte> Second, Vector128<byte> Third)
    {
        // Lane i of the part holds byte `part * 16 + i` of the pixels: channel by remainder, pixel by quotient.
        public static Picks Interleave(int part) => new(
            Of(lane => Pick((part * 16) + lane, 0)),
            Of(lane => Pick((part * 16) + lane, 1)),
            Of(lane => Pick((part * 16) + lane, 2)));

        // Lane i of a channel is byte `3 i + channel` of the pixels: vector by quotient, lane by remainder.
        public static Picks Deinterleave(int channel) => new(
            Of(lane => Within((lane * 3) + channel, 0)),
            Of(lane => Within((lane * 3) + channel, 1)),
            Of(lane => Within((lane * 3) + channel, 2)));

        private static int Pick(int position, int channel) => position % 3 == channel ? position / 3 : 255;

        private static int Within(int position, int part) => position / 16 == part ? position % 16 : 255;

        private static Vector128<byte> Of(Func<int, int> pick) =>
            Vector128.Create([.. Enumerable.Range(0, 16).Select(lane => (byte)pick(lane))]);
    }
}
