using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.TestPackages;

/// <summary>Frames that the classifier of a test package recognises.</summary>
public static class TestFrames
{
    internal const int RedStep = 18;

    /// <summary>Blue is free for tests to tell frames apart.</summary>
    public const int BlueOffset = 2;

    /// <summary>The red level that stands for a degradation: 20, 38, ... 236.</summary>
    public static int RedOf(Degradation degradation) => 20 + (RedStep * (int)degradation);

    /// <summary>Fills an RGB frame.</summary>
    /// <param name="frame">Of any size.</param>
    /// <param name="degradation">What the classifier is to say.</param>
    /// <param name="isCertain">True for a confidence above 0.99, false for one of 1/13.</param>
    /// <param name="blue">Any level; 255 is what <see cref="TestNetwork.NotANumberAtWhite"/> trips over.</param>
    public static void Paint(Frame frame, Degradation degradation, bool isCertain = true, byte blue = 0)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException($"Frames to paint are Rgb24; found {frame.Format}.", nameof(frame));
        }

        var pixels = frame.Pixels;
        for (var offset = 0; offset < pixels.Length; offset += 3)
        {
            pixels[offset] = (byte)RedOf(degradation);
            pixels[offset + 1] = isCertain ? (byte)254 : (byte)0;
            pixels[offset + BlueOffset] = blue;
        }
    }

    /// <summary>Rents and fills a frame; the caller disposes it.</summary>
    public static Frame Create(
        int width, int height, Degradation degradation, bool isCertain = true, byte blue = 0)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        Paint(frame, degradation, isCertain, blue);
        return frame;
    }
}
