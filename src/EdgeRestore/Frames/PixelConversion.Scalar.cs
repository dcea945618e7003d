namespace EdgeRestore.Frames;

/// <content>Rows one pixel at a time, from the pixel at which the vectors stopped.</content>
public static partial class PixelConversion
{
    private const int Half = 1 << (YuvCoefficients.Bits - 1);

    private static void SwapRow(ReadOnlySpan<byte> source, Span<byte> target, int start)
    {
        for (var index = start * 3; index < source.Length; index += 3)
        {
            (target[index], target[index + 1], target[index + 2]) =
                (source[index + 2], source[index + 1], source[index]);
        }
    }

    private static void GrayToRgbRow(ReadOnlySpan<byte> gray, Span<byte> rgb, int start)
    {
        for (var x = start; x < gray.Length; x++)
        {
            rgb[x * 3] = rgb[(x * 3) + 1] = rgb[(x * 3) + 2] = gray[x];
        }
    }

    private static void YuvToRgbRow(
        ReadOnlySpan<byte> luma, ReadOnlySpan<byte> chromaU, ReadOnlySpan<byte> chromaV, int step,
        Span<byte> rgb, YuvCoefficients coefficients, int start)
    {
        for (var x = start; x < luma.Length; x++)
        {
            var y = ((luma[x] - coefficients.LumaOffset) * coefficients.Luma) + Half;
            var u = chromaU[x / 2 * step] - 128;
            var v = chromaV[x / 2 * step] - 128;
            var pixel = rgb.Slice(x * 3, 3);
            pixel[0] = ToByte((y + (v * coefficients.RedFromV)) >> YuvCoefficients.Bits);
            pixel[1] = ToByte(
                (y - (u * coefficients.GreenFromU) - (v * coefficients.GreenFromV)) >> YuvCoefficients.Bits);
            pixel[2] = ToByte((y + (u * coefficients.BlueFromU)) >> YuvCoefficients.Bits);
        }
    }

    private static void LumaRow(ReadOnlySpan<byte> rgb, Span<byte> luma, YuvCoefficients coefficients, int start)
    {
        for (var x = start; x < luma.Length; x++)
        {
            var sum = (rgb[x * 3] * coefficients.LumaFromRed) + (rgb[(x * 3) + 1] * coefficients.LumaFromGreen)
                + (rgb[(x * 3) + 2] * coefficients.LumaFromBlue) + Half;
            luma[x] = ToByte((sum >> YuvCoefficients.Bits) + coefficients.LumaOffset);
        }
    }

    // The sum of four pixels has two more bits, which the shift takes off again.
    private static void ChromaRowScalar(
        ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, Span<byte> chromaU, Span<byte> chromaV, int step,
        YuvCoefficients coefficients, int start)
    {
        const int Shift = YuvCoefficients.Bits + 2;
        const int Round = 1 << (Shift - 1);
        for (var x = start; x < upper.Length / 6; x++)
        {
            var index = x * 6;
            var red = upper[index] + upper[index + 3] + lower[index] + lower[index + 3];
            var green = upper[index + 1] + upper[index + 4] + lower[index + 1] + lower[index + 4];
            var blue = upper[index + 2] + upper[index + 5] + lower[index + 2] + lower[index + 5];
            var u = (red * coefficients.UFromRed) + (green * coefficients.UFromGreen) + (blue * coefficients.UFromBlue);
            var v = (red * coefficients.VFromRed) + (green * coefficients.VFromGreen) + (blue * coefficients.VFromBlue);
            chromaU[x * step] = ToByte(((u + Round) >> Shift) + 128);
            chromaV[x * step] = ToByte(((v + Round) >> Shift) + 128);
        }
    }

    private static byte ToByte(int value) => (byte)Math.Clamp(value, 0, 255);
}
