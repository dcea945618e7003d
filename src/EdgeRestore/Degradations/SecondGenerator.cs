using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Degradations;

/// <summary>
/// The degradations once more by other formulas, for <c>eval-v2</c>: whether what networks gain and what classifiers
/// find survives a change of generator. Nothing is trained on it.
/// </summary>
/// <remarks>
/// Written apart from <see cref="DegradationSynthesizer"/> and sharing none of its formulas: scenes in linear light,
/// one depth from colour, flakes and streaks of their own, a shaken camera instead of a kernel, a short exposure
/// instead of a gamma. Noise and compression are defined by their standard, so only the code differs. Draws from its
/// own ranges; image, row and seed decide every value. Not thread-safe.
/// </remarks>
internal sealed partial class SecondGenerator : IDisposable
{
    private const double DegreesToRadians = 3.141592653589793 / 180.0;

    private readonly JpegCodec _jpeg = new();

    /// <summary>Degrades a whole image; both are Rgb24 of one size.</summary>
    /// <remarks>
    /// 1. Linear light. 2. A short exposure dims the scene. 3. Rain or snow falls in it. 4. Haze lies over it. 5. The
    /// camera shakes. 6. The sensor adds noise. 7. Encoding to bytes. 8. JPEG.
    /// </remarks>
    public void Apply(Frame clean, EvalRow row, ulong seed, Frame degraded)
    {
        var (width, height) = (clean.Width, clean.Height);
        var prng = new Prng(seed, 2);
        var parts = row.Degradation.Constituents();

        // 1
        var light = new double[width * height * 3];
        for (var index = 0; index < light.Length; index++)
        {
            light[index] = Linear[clean.Pixels[index]];
        }

        // 2
        var exposure = parts.Contains(Degradation.LowLight) ? 0.04 + (0.10 * prng.NextDouble()) : 1.0;
        for (var index = 0; exposure < 1.0 && index < light.Length; index++)
        {
            light[index] *= exposure;
        }

        // 3
        if (parts.Contains(Degradation.Rain))
        {
            AddRain(light, width, height, Math.Max(0.35, Math.Sqrt(exposure)), ref prng);
        }

        if (parts.Contains(Degradation.Snow))
        {
            AddSnow(light, width, height, ref prng);
        }

        // 4
        if (parts.Contains(Degradation.Haze))
        {
            AddHaze(light, width, height, Math.Max(0.25, Math.Sqrt(exposure)), ref prng);
        }

        // 5
        if (parts.Contains(Degradation.Blur))
        {
            light = Shake(light, width, height, ref prng);
        }

        // 6
        if (parts.Contains(Degradation.LowLight))
        {
            AddSensorNoise(light, ref prng);
        }

        // 7
        var sigma = parts.Contains(Degradation.Noise) ? row.Sigma ?? 20.0 : 0.0;
        for (var index = 0; index < light.Length; index++)
        {
            var value = 255.0 * Encode(light[index]);
            value += sigma > 0.0 ? sigma * Normal(ref prng) : 0.0;
            degraded.Pixels[index] = (byte)Math.Clamp(value + 0.5, 0.0, 255.0);
        }

        // 8
        if (parts.Contains(Degradation.Compression))
        {
            _jpeg.Decode(_jpeg.Encode(degraded, prng.NextInt32(12, 36), ChromaSubsampling.Half), degraded);
        }
    }

    public void Dispose() => _jpeg.Dispose();

    // Box and Muller: not the ziggurat of the first generator.
    private static double Normal(ref Prng prng) =>
        Math.Sqrt(-2.0 * ExactMath.Log(1.0 - prng.NextDouble()))
        * ExactMath.Cos(2.0 * 3.141592653589793 * prng.NextDouble());
}
