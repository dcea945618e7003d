using EdgeRestore.Frames;

namespace EdgeRestore.Daemon.Packages;

/// <summary>
/// The picture that every package is probed with: black, white, slopes, edges and fine texture in one frame.
/// </summary>
internal static class GoldenFrame
{
    private const int SidePixels = 64;

    /// <summary>Paints it; the caller disposes the frame.</summary>
    /// <param name="minSidePixels">Of the packages that are to take it.</param>
    public static Frame Create(int minSidePixels)
    {
        var side = Math.Max(SidePixels, minSidePixels);
        return Create(side, side);
    }

    /// <summary>The same in another size; the caller disposes the frame.</summary>
    public static Frame Create(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        var pixels = frame.Pixels;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = pixels.Slice(((y * width) + x) * 3, 3);
                pixel[0] = (byte)(x * 255 / (width - 1));
                pixel[1] = (byte)(((x / 8) + (y / 8)) % 2 == 0 ? 200 : 60);
                pixel[2] = (byte)((y * 191 / (height - 1)) + (((x * 37) + (y * 101)) % 32));
                if (y < height / 8)
                {
                    pixel.Fill((byte)(x < width / 2 ? 0 : 255));
                }
            }
        }

        return frame;
    }
}
