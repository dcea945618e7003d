using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Degradations;

public sealed partial class DegradationSynthesizer
{
    // I = gain * J^gamma: Lv et al. 2021 without its inner factor.
    private static float DarkenValue(double value, LowLightParameters light) =>
        (float)(light.Gain * ExactMath.Pow(value, light.Gamma));

    private static void Darken(Span<float> values, LowLightParameters light)
    {
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = DarkenValue(values[index], light);
        }
    }

    // values: interleaved RGB in [0, 1]. Variance of the dark sensor is shot * signal + read, independent per channel.
    private static void ApplySensor(Span<float> values, LowLightParameters? light, NoiseParameters? noise, Prng prng)
    {
        if (light is { Shot: > 0.0 })
        {
            // Read noise that goes with a shot noise: Brooks et al. 2019, eq. 7, without its spread.
            var read = (float)ExactMath.Exp((2.18 * ExactMath.Log(light.Shot)) + 1.20);
            var shot = (float)light.Shot;
            for (var index = 0; index < values.Length; index++)
            {
                var signal = values[index];
                var deviation = MathF.Sqrt((shot * MathF.Max(signal, 0.0f)) + read);
                values[index] = signal + (deviation * (float)prng.NextGaussian());
            }
        }

        if (noise is not null)
        {
            var sigma = (float)(noise.Sigma / 255.0);
            for (var index = 0; index < values.Length; index++)
            {
                values[index] += sigma * (float)prng.NextGaussian();
            }
        }
    }

    private void ApplyCompression(Frame degraded, CompressionParameters compression)
    {
        // The block grid starts left of and above the image: what is there repeats the first column and row.
        var (width, height) = (degraded.Width, degraded.Height);
        var (shiftX, shiftY) = (compression.GridShiftX, compression.GridShiftY);
        using var shifted = Frame.Rent(width + shiftX, height + shiftY, PixelFormat.Rgb24);
        for (var y = 0; y < shifted.Height; y++)
        {
            var source = degraded.Pixels.Slice(Math.Max(0, y - shiftY) * width * 3, width * 3);
            var target = shifted.Pixels.Slice(y * shifted.Width * 3, shifted.Width * 3);
            for (var x = 0; x < shiftX; x++)
            {
                source[..3].CopyTo(target[(x * 3)..]);
            }

            source.CopyTo(target[(shiftX * 3)..]);
        }

        var jpeg = _jpeg.Encode(shifted, compression.Quality, ChromaSubsampling.Half);
        _jpeg.Decode(jpeg, shifted);
        for (var y = 0; y < height; y++)
        {
            shifted.Pixels.Slice((((y + shiftY) * shifted.Width) + shiftX) * 3, width * 3)
                .CopyTo(degraded.Pixels.Slice(y * width * 3, width * 3));
        }
    }
}
