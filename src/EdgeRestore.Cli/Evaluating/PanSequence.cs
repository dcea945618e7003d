using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// A camera that pans over a photograph, or stands before it: a window that moves by whole pixels, so that the motion
/// is known to the bit, degraded anew in every frame.
/// </summary>
/// <remarks>
/// Noise, low light's noise, rain and snow fall differently in each frame; haze, blur and compression are the same
/// throughout, haze with its depth before the camera. A photograph under a row has one set of parameters.
/// </remarks>
internal sealed class PanSequence(Photograph photograph, EvalRow row, bool isStill, int frameCount)
{
    public const int SidePixels = 256;

    private const int LargestStep = 4;

    public Photograph Photograph => photograph;

    public EvalRow Row => row;

    /// <summary>The sequence over a prepared photograph of at least <see cref="SidePixels"/> a side.</summary>
    public IEnumerable<MovingFrame> Enumerate(Frame prepared)
    {
        var seed = EvalProtocol.SeedOf(photograph, row);
        var parameters = EvalProtocol.ParametersOf(photograph, row);
        var falling = parameters with { Blur = null, Haze = null, Compression = null };
        var standing = parameters with { LowLight = null, Rain = null, Snow = null, Noise = null };
        var (stepX, stepY) = Step(prepared, seed);
        var flow = FlowField.Uniform(SidePixels, SidePixels, -stepX, -stepY);
        using var synthesizer = new DegradationSynthesizer();
        using var clean = Frame.Rent(SidePixels, SidePixels, PixelFormat.Rgb24);
        using var given = Frame.Rent(SidePixels, SidePixels, PixelFormat.Rgb24);
        for (var index = 0; index < frameCount; index++)
        {
            var (left, top) = (
                Start(prepared.Width, stepX) + (index * stepX), Start(prepared.Height, stepY) + (index * stepY));
            Cut(prepared, left, top, clean);

            // Blur, which no pair holds, comes first and looks beyond the window; what falls and haze come after it.
            synthesizer.Apply(prepared, left, top, standing with { Haze = null, Compression = null }, seed, given);
            synthesizer.Apply(given, falling, Prng.Combine(seed, (ulong)index), given);
            synthesizer.Apply(given, standing with { Blur = null }, seed, given);
            yield return new MovingFrame(clean, given, index == 0 ? null : flow);
        }
    }

    private (int X, int Y) Step(Frame prepared, ulong seed)
    {
        var prng = new Prng(seed, (ulong)frameCount);
        return isStill ? (0, 0) : (Along(prepared.Width, ref prng), Along(prepared.Height, ref prng));

        int Along(int side, ref Prng drawn)
        {
            var largest = Math.Min(LargestStep, (side - SidePixels) / Math.Max(1, frameCount - 1));
            return largest * (drawn.NextInt32(0, 2) == 0 ? 1 : -1);
        }
    }

    // The middle of the way lies in the middle of the photograph.
    private int Start(int side, int step) => (side - SidePixels - (step * (frameCount - 1))) / 2;

    private static void Cut(Frame image, int left, int top, Frame window)
    {
        for (var y = 0; y < window.Height; y++)
        {
            image.Pixels.Slice((((top + y) * image.Width) + left) * 3, window.Width * 3)
                .CopyTo(window.Pixels[(y * window.Width * 3)..]);
        }
    }
}
