using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Pairs;

/// <summary>Gaussian noise as the denoising benchmarks of all-in-one restoration add it.</summary>
/// <remarks>
/// AirNet's utils/degradation_utils.py, which PromptIR, DFPIR and SymUNet keep:
/// <c>np.clip(clean + noise * sigma, 0, 255).astype(np.uint8)</c>, which rounds down.
/// </remarks>
public static class BenchmarkNoise
{
    /// <summary>The levels of their tables, standard deviations on the 0–255 scale.</summary>
    public static ImmutableArray<int> Levels { get; } = [15, 25, 50];

    /// <summary>Writes the noisy image; both are Rgb24 of one size.</summary>
    public static void Add(Frame clean, double sigma, ref Prng prng, Frame noisy)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(noisy);
        var source = clean.Pixels;
        var target = noisy.Pixels;
        for (var index = 0; index < source.Length; index++)
        {
            target[index] = (byte)Math.Clamp(source[index] + (sigma * prng.NextGaussian()), 0, 255);
        }
    }
}
