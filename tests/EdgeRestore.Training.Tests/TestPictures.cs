using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Training.Tests;

/// <summary>Drawn pictures for whole runs: gradients and edges, so that there is something to restore.</summary>
internal static class TestPictures
{
    public static Frame Draw(int index, int width = 96, int height = 80)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = frame.Pixels.Slice(((y * width) + x) * 3, 3);
                var block = (((x / 12) + (y / 9) + index) % 3) * 60;
                pixel[0] = (byte)(60 + block);
                pixel[1] = (byte)(40 + (x % 100) + (block / 2));
                pixel[2] = (byte)(80 + (y % 100));
            }
        }

        return frame;
    }

    /// <summary>Writes a picture as PNG, optionally brighter, into a folder that is made where it is missing.</summary>
    public static void Save(string path, int index, int brighter = 0, int width = 96, int height = 80)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var frame = Draw(index, width, height);
        foreach (ref var value in frame.Pixels)
        {
            value = (byte)(value + brighter);
        }

        ImageCodec.Save(frame, path);
    }
}
