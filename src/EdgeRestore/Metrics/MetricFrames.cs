using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

internal static class MetricFrames
{
    public static void Require(Frame reference, Frame image)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(image);
        if (reference.Format != PixelFormat.Rgb24 || image.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException(
                $"Images are compared as Rgb24; found {reference.Format} and {image.Format}. Convert them first.",
                nameof(image));
        }

        if (reference.Width != image.Width || reference.Height != image.Height)
        {
            throw new ArgumentException(
                $"Images are {reference.Width}x{reference.Height} and {image.Width}x{image.Height}: they must be "
                + "equal.",
                nameof(image));
        }
    }
}
