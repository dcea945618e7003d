using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Photographs;

/// <summary>
/// Scales photographs down until their own compression no longer shows: ground truth has no artefacts.
/// </summary>
public static class PhotographPreparation
{
    // Measured on the listed photographs: at 0.4 the worst of them shows no blocks; beyond 1600 nothing is gained.
    private const int MaxLongSidePixels = 1600;

    /// <summary>Longer side after preparation of a photograph that is in no list.</summary>
    /// <param name="encodedBytes">Length of the file.</param>
    /// <param name="isLossless">PNG or TIFF.</param>
    public static int ChooseLongSide(int width, int height, long encodedBytes, bool isLossless)
    {
        var bitsPerPixel = encodedBytes * 8.0 / ((double)width * height);
        var factor = isLossless ? 1.0
            : bitsPerPixel >= 4.0 ? 0.75
            : bitsPerPixel >= 0.45 ? 0.5
            : 0.4;
        return Math.Clamp((int)(Math.Max(width, height) * factor), 1, MaxLongSidePixels);
    }

    /// <summary>Decodes and scales; never enlarges. The caller disposes the frame.</summary>
    /// <param name="encoded">The photograph's file.</param>
    /// <param name="longSidePixels">Longer side wanted, or null to choose by <see cref="ChooseLongSide"/>.</param>
    public static Frame Prepare(ReadOnlySpan<byte> encoded, int? longSidePixels = null)
    {
        var decoded = ImageCodec.Decode(encoded);
        var isLossless = ImageCodec.Sniff(encoded) is ImageFileFormat.Png or ImageFileFormat.Tiff;
        var wanted = longSidePixels ?? ChooseLongSide(decoded.Width, decoded.Height, encoded.Length, isLossless);
        var longSide = Math.Max(decoded.Width, decoded.Height);
        if (wanted >= longSide)
        {
            return decoded;
        }

        using (decoded)
        {
            return Resampler.Resize(
                decoded, Scale(decoded.Width, wanted, longSide), Scale(decoded.Height, wanted, longSide));
        }
    }

    // Rounded to the nearest whole pixel in whole numbers.
    private static int Scale(int side, int wanted, int longSide) =>
        Math.Max(1, (int)((((long)side * wanted * 2) + longSide) / (2L * longSide)));
}
