namespace EdgeRestore.Codecs;

/// <summary>How large an encoded image may claim to be before anything of it is decoded.</summary>
/// <param name="MaxPixels">Width times height.</param>
/// <param name="MaxSidePixels">Longer side.</param>
public sealed record ImageLimits(long MaxPixels, int MaxSidePixels)
{
    /// <value>64 Mi pixels (8192x8192), and JPEG's own limit of 65,500 for a side.</value>
    public static ImageLimits Default { get; } = new(64L << 20, 65_500);

    internal void Require(int width, int height, string format)
    {
        if (width < 1 || height < 1)
        {
            throw new ImageException(
                $"{format} header says {width}x{height} pixels; each side must be at least 1. The file is damaged.");
        }

        if (Math.Max(width, height) > MaxSidePixels || (long)width * height > MaxPixels)
        {
            throw new ImageException(
                $"{format} header says {width}x{height} = {(long)width * height} pixels; allowed are {MaxPixels} "
                + $"pixels and {MaxSidePixels} on a side. Nothing was decoded. Send smaller frames or raise the image "
                + "limits.");
        }
    }
}
