using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>Peak signal-to-noise ratio of 8-bit images, over all pixels and channels jointly.</summary>
/// <remarks>A set's figure is the mean of its images' decibels, never the decibels of a mean error.</remarks>
public static class Psnr
{
    /// <summary>
    /// Decibels at which identical and nearly identical images count; without a cap they would be infinite.
    /// </summary>
    public const double CapDecibels = 60.0;

    /// <summary>PSNR in dB, at most <see cref="CapDecibels"/>.</summary>
    public static double Compute(Frame reference, Frame image)
    {
        MetricFrames.Require(reference, image);
        return FromMeanSquare(MeanSquare(reference.Pixels, image.Pixels));
    }

    /// <summary>PSNR in dB for a mean square error on the 0–255 scale.</summary>
    public static double FromMeanSquare(double meanSquare) => meanSquare <= 0.0
        ? CapDecibels
        : Math.Min(CapDecibels, 10.0 * Math.Log10(255.0 * 255.0 / meanSquare));

    private static double MeanSquare(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> image)
    {
        var sum = 0L;
        for (var index = 0; index < reference.Length; index++)
        {
            var difference = reference[index] - image[index];
            sum += difference * difference;
        }

        return (double)sum / reference.Length;
    }
}
