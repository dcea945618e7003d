using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Quantization.Selection;

/// <summary>What is kept of a frame while a folder is looked through: no pixels.</summary>
/// <param name="Path">Where to read it again.</param>
/// <param name="Name">Path below the folder, for people and for seeds.</param>
/// <param name="Degradation">What is wrong with it; Clear for a clean photograph.</param>
/// <param name="Thumbnail">16x16 grey levels.</param>
internal sealed record ScannedFrame(string Path, string Name, Degradation Degradation, byte[] Thumbnail)
{
    private const int ThumbnailSide = 16;

    // Mean difference in grey levels of 255: frames of a camera that stands still differ by less, for all their noise.
    private const double CopyDifference = 2.0;

    public bool IsCopyOf(ScannedFrame other)
    {
        var sum = 0;
        for (var index = 0; index < Thumbnail.Length; index++)
        {
            sum += Math.Abs(Thumbnail[index] - other.Thumbnail[index]);
        }

        return sum < CopyDifference * Thumbnail.Length;
    }

    /// <summary>Area averages; every side of the frame is at least 16 pixels.</summary>
    public static byte[] ThumbnailOf(Frame frame)
    {
        var pixels = frame.Pixels;
        var thumbnail = new byte[ThumbnailSide * ThumbnailSide];
        for (var row = 0; row < ThumbnailSide; row++)
        {
            var (top, bottom) = (row * frame.Height / ThumbnailSide, (row + 1) * frame.Height / ThumbnailSide);
            for (var column = 0; column < ThumbnailSide; column++)
            {
                var (left, right) = (column * frame.Width / ThumbnailSide, (column + 1) * frame.Width / ThumbnailSide);
                var sum = 0L;
                for (var y = top; y < bottom; y++)
                {
                    foreach (var level in pixels[(((y * frame.Width) + left) * 3)..(((y * frame.Width) + right) * 3)])
                    {
                        sum += level;
                    }
                }

                thumbnail[(row * ThumbnailSide) + column] = (byte)(sum / ((bottom - top) * (right - left) * 3));
            }
        }

        return thumbnail;
    }

    /// <summary>Whether every channel has one level, give or take one.</summary>
    public static bool IsConstant(Frame frame)
    {
        var pixels = frame.Pixels;
        for (var index = 3; index < pixels.Length; index++)
        {
            if (Math.Abs(pixels[index] - pixels[index % 3]) > 1)
            {
                return false;
            }
        }

        return true;
    }
}
