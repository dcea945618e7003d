using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Degradations;

/// <summary>
/// Turns clean images into degraded ones: the one definition for training, evaluation, demo and tests.
/// </summary>
/// <remarks>
/// The stages run in physical order: 1 optics of the scene (blur, linear light), 2 light (low light), 3 rain, 4 snow,
/// 5 haze on top of both, 6 sensor (shot noise of low light, then Gaussian noise), 7 one rounding to 8 bit, 8 codec.
/// No pair holds blur, so its place among the others is not observable. The same arguments give the same bytes on
/// every machine; only stage 8 depends on a native library, whose integer transform is fixed.
/// Keeps scratch buffers: one instance per thread.
/// </remarks>
public sealed partial class DegradationSynthesizer : IDisposable
{
    // Purposes under one seed, so that adding or removing a stage leaves the others as they were.
    private const ulong RainPurpose = 1;
    private const ulong SnowPurpose = 2;
    private const ulong HazePurpose = 3;
    private const ulong BlurPurpose = 4;
    private const ulong SensorPurpose = 5;

    private static readonly float[] UnitFromByte = [.. Enumerable.Range(0, 256).Select(value => value / 255.0f)];

    private readonly JpegCodec _jpeg = new();
    private readonly float[] _byteTable = new float[256];
    private float[] _image = [];

    /// <summary>Degrades a whole image.</summary>
    /// <param name="clean">Rgb24.</param>
    /// <param name="parameters">What to do.</param>
    /// <param name="seed">Where each drop falls; equal seeds give equal bytes.</param>
    /// <param name="degraded">Rgb24 of the same size; may be <paramref name="clean"/> itself.</param>
    public void Apply(Frame clean, DegradationParameters parameters, ulong seed, Frame degraded)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(degraded);
        if (clean.Width != degraded.Width || clean.Height != degraded.Height)
        {
            throw new ArgumentException(
                $"Output is {degraded.Width}x{degraded.Height}, input {clean.Width}x{clean.Height}; they must be "
                + "equal.",
                nameof(degraded));
        }

        Apply(clean, 0, 0, parameters, seed, degraded);
    }

    /// <summary>Degrades a window of a larger image; the size of the output is the size of the window.</summary>
    /// <remarks>
    /// Blur reads the true surroundings of the window where the image has them and mirrors at its edge, so a patch is
    /// blurred as the same place in a whole frame is. Work is proportional to the window, not to the image.
    /// </remarks>
    public void Apply(Frame image, int left, int top, DegradationParameters parameters, ulong seed, Frame degraded)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(degraded);
        RequireRgb(image, nameof(image));
        RequireRgb(degraded, nameof(degraded));
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        if (left > image.Width - degraded.Width || top > image.Height - degraded.Height)
        {
            throw new ArgumentException(
                $"Window {degraded.Width}x{degraded.Height} at ({left}, {top}) leaves the image of "
                + $"{image.Width}x{image.Height}.",
                nameof(degraded));
        }

        var width = degraded.Width;
        var height = degraded.Height;
        var values = Reserve(ref _image, width * height * 3);

        // 1, 2: scene
        if (parameters.Blur is { } blur)
        {
            LoadBlurred(image, left, top, width, height, blur, new Prng(seed, BlurPurpose), values);
            if (parameters.LowLight is { } light)
            {
                Darken(values, light);
            }
        }
        else
        {
            Load(image, left, top, width, height, parameters.LowLight, values);
        }

        // 3, 4, 5: atmosphere
        if (parameters.Rain is { } rain)
        {
            ApplyRain(values, width, height, rain, new Prng(seed, RainPurpose));
        }

        if (parameters.Snow is { } snow)
        {
            ApplySnow(values, width, height, snow, new Prng(seed, SnowPurpose));
        }

        if (parameters.Haze is { } haze)
        {
            ApplyHaze(values, width, height, haze, new Prng(seed, HazePurpose));
        }

        // 6: sensor
        ApplySensor(values, parameters.LowLight, parameters.Noise, new Prng(seed, SensorPurpose));

        // 7, 8: bytes
        Quantize(values, degraded.Pixels);
        if (parameters.Compression is { } compression)
        {
            ApplyCompression(degraded, compression);
        }
    }

    public void Dispose() => _jpeg.Dispose();

    private static void RequireRgb(Frame frame, string name)
    {
        if (frame.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException(
                $"Degradations work on Rgb24; found {frame.Format}. Convert the frame first.", name);
        }
    }

    private static Span<float> Reserve(ref float[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new float[length];
        }

        return buffer.AsSpan(0, length);
    }

    private void Load(
        Frame image, int left, int top, int width, int height, LowLightParameters? light, Span<float> values)
    {
        var table = UnitFromByte;
        if (light is not null)
        {
            table = _byteTable;
            for (var value = 0; value < 256; value++)
            {
                table[value] = DarkenValue(value / 255.0, light);
            }
        }

        for (var y = 0; y < height; y++)
        {
            var source = image.Pixels.Slice((((top + y) * image.Width) + left) * 3, width * 3);
            var target = values.Slice(y * width * 3, width * 3);
            for (var x = 0; x < source.Length; x++)
            {
                target[x] = table[source[x]];
            }
        }
    }

    private static void Quantize(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        for (var index = 0; index < values.Length; index++)
        {
            bytes[index] = (byte)(Math.Clamp(values[index], 0.0f, 1.0f) * 255.0f + 0.5f);
        }
    }
}
