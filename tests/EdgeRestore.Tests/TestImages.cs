using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests;

/// <summary>Images made in code, so that tests need no files.</summary>
internal static class TestImages
{
    /// <summary>Smooth colour gradients with a few hard edges.</summary>
    public static Frame Scene(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        var pixels = frame.Pixels;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var index = ((y * width) + x) * 3;
                var block = ((x / 8) + (y / 8)) % 3;
                pixels[index] = (byte)(40 + (150 * x / width) + (block * 20));
                pixels[index + 1] = (byte)(30 + (160 * y / height) + (block * 15));
                pixels[index + 2] = (byte)(60 + (120 * (x + y) / (width + height)));
            }
        }

        return frame;
    }

    public static Frame Solid(int width, int height, byte red, byte green, byte blue)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var index = 0; index < frame.LengthBytes; index += 3)
        {
            (frame.Pixels[index], frame.Pixels[index + 1], frame.Pixels[index + 2]) = (red, green, blue);
        }

        return frame;
    }

    public static Frame Random(int width, int height, PixelFormat format, ulong seed)
    {
        var frame = Frame.Rent(width, height, format);
        var prng = new Prng(seed);
        foreach (ref var value in frame.Pixels)
        {
            value = (byte)prng.NextInt32(0, 256);
        }

        return frame;
    }
}
