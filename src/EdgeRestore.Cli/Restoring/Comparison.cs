using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Restoring;

/// <summary>Before and after in one picture.</summary>
internal static class Comparison
{
    // Wide enough to part the halves of a dark picture.
    private const int GapPixels = 8;

    /// <summary>Before on the left, after on the right, a white gap between; both Rgb24 of one size.</summary>
    public static byte[] ToPng(Frame before, Frame after)
    {
        using var both = Frame.Rent((2 * before.Width) + GapPixels, before.Height, PixelFormat.Rgb24);
        both.Pixels.Fill(byte.MaxValue);
        var rowBytes = before.Width * 3;
        for (var y = 0; y < before.Height; y++)
        {
            var row = both.Pixels.Slice(y * both.Width * 3, both.Width * 3);
            before.Pixels.Slice(y * rowBytes, rowBytes).CopyTo(row);
            after.Pixels.Slice(y * rowBytes, rowBytes).CopyTo(row[^rowBytes..]);
        }

        return ImageCodec.Encode(both, ImageFileFormat.Png);
    }
}
