using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Networks;

namespace EdgeRestore.Training.Sampling;

/// <summary>
/// Makes the classifier's samples: a window of a photograph of random size, degraded, as the classifier sees it.
/// </summary>
internal sealed class ClassifierSampler
{
    // Noise and compression down to what the eye just sees: the classifier has to tell them from Clear.
    private static readonly DegradationSampler Weak = new(DegradationRanges.Training with
    {
        Sigma = (6.0, 20.0),
        Quality = (30, 65),
        HazeBeta = (0.4, 1.0),
        BlurLinePixels = (4.0, 9.0),
        BlurTrajectoryPixels = (6.0, 12.0),
        RainIntensity = (0.15, 0.35),
    });

    private const double WeakShare = 0.12;
    private const double ProtocolShare = 0.45;
    private const double ExposureShare = 0.5;
    private const int SideMin = 192;

    // What blur may read around a window.
    private const int Margin = 32;
    private const int ValidationSide = 512;
    private static readonly double[] NoiseLevels = [15, 25, 50];

    private readonly ulong _seed;
    private readonly double[] _cumulative;
    private readonly ThreadLocal<DegradationSynthesizer> _synthesizer = new(() => new DegradationSynthesizer());
    private readonly ThreadLocal<ClassifierInput> _input = new(() => new ClassifierInput());

    private readonly IReadOnlyList<ClassifierImage> _images;

    /// <param name="images">What the network sees of a frame.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="weights">How often each degradation is drawn.</param>
    public ClassifierSampler(IReadOnlyList<ClassifierImage> images, int seed, double[] weights)
    {
        _images = images;
        _seed = Prng.Combine((ulong)seed, nameof(ClassifierSampler));
        _cumulative = new double[weights.Length];
        var sum = 0.0;
        for (var index = 0; index < weights.Length; index++)
        {
            sum += weights[index];
            _cumulative[index] = sum;
        }
    }

    /// <summary>The batch that starts at a sample index.</summary>
    /// <param name="position">Index of the first sample.</param>
    /// <param name="count">Samples.</param>
    /// <param name="sideMax">Largest side of a window in pixels.</param>
    /// <param name="draw">Draws a photograph.</param>
    public ClassifierBatch Make(long position, int count, int sideMax, PhotographDraw draw)
    {
        var batch = new ClassifierBatch(_images, count);
        for (var index = 0; index < count; index++)
        {
            var seed = Prng.Combine(_seed, (ulong)(position + index));
            var prng = new Prng(seed);
            var mark = prng.NextDouble() * _cumulative[^1];
            var degradation = (Degradation)Array.FindIndex(_cumulative, sum => mark < sum);
            var parameters = DrawParameters(degradation, ref prng);
            Fill(batch, index, parameters, draw(ref prng).Frame, sideMax, isVaried: true, ref prng, seed);
        }

        return batch;
    }

    /// <summary>
    /// Every photograph under every degradation, noise in all three levels, with the evaluation's ranges.
    /// </summary>
    public ClassifierBatch MakeValidation(IReadOnlyList<Photograph> photographs)
    {
        var rows = DegradationNames.All
            .SelectMany(degradation => degradation == Degradation.Noise
                ? NoiseLevels.Select(level => (degradation, level))
                : [(degradation, 0.0)])
            .ToList();
        var batch = new ClassifierBatch(_images, rows.Count * photographs.Count);
        var index = 0;
        foreach (var (degradation, sigma) in rows)
        {
            foreach (var photograph in photographs)
            {
                var seed = Prng.Combine(Prng.Combine(_seed, "validation"), (ulong)index);
                var prng = new Prng(seed);
                var parameters = DegradationSampler.Evaluation.Draw(degradation, ref prng);
                parameters = sigma > 0 ? parameters with { Noise = new NoiseParameters(sigma) } : parameters;
                Fill(batch, index++, parameters, photograph.Frame, ValidationSide, isVaried: false, ref prng, seed);
            }
        }

        return batch;
    }

    private static DegradationParameters DrawParameters(Degradation degradation, ref Prng prng)
    {
        var pick = prng.NextDouble();
        if (pick < WeakShare)
        {
            return Weak.Draw(degradation, ref prng);
        }

        if (pick >= WeakShare + ProtocolShare)
        {
            return DegradationSampler.Training.Draw(degradation, ref prng);
        }

        // The evaluation's ranges hold the middle one of three noise levels.
        var parameters = DegradationSampler.Evaluation.Draw(degradation, ref prng);
        return degradation == Degradation.Noise
            ? parameters with { Noise = new NoiseParameters(prng.NextDouble(13, 55)) }
            : parameters;
    }

    private void Fill(
        ClassifierBatch batch, int index, DegradationParameters parameters, Frame photograph, int sideMax,
        bool isVaried, ref Prng prng, ulong seed)
    {
        var width = DrawSide(photograph.Width, sideMax, ref prng);
        var height = DrawSide(photograph.Height, sideMax, ref prng);
        var left = prng.NextInt32(0, photograph.Width - width + 1);
        var top = prng.NextInt32(0, photograph.Height - height + 1);
        if (parameters.Haze is { } haze)
        {
            // The window is the whole frame here, not a part of a taller scene.
            var horizon = prng.NextDouble(0.25, 0.5);
            parameters = parameters with { Haze = haze with { SceneHeights = 1, Horizon = horizon } };
        }

        using var degraded = Frame.Rent(width, height, PixelFormat.Rgb24);
        if (isVaried && prng.NextDouble() < ExposureShare)
        {
            var isLowLight = parameters.LowLight is not null;
            using var scene = Expose(photograph, isLowLight ? 1.25 : 1.9, ref left, ref top, width, height, ref prng);
            _synthesizer.Value!.Apply(scene, left, top, parameters, seed, degraded);
        }
        else
        {
            _synthesizer.Value!.Apply(photograph, left, top, parameters, seed, degraded);
        }

        if (prng.NextDouble() < 0.5)
        {
            Mirroring.ReverseRows(degraded.Pixels, degraded.Width);
        }

        batch.Set(index, degraded, parameters.Degradation, _input.Value!);
    }

    // The scene of the window under another exposure, contrast and white balance: few photographs stand for many
    // cameras, and a flat or dark photograph, or one with a black background, is not yet a hazy or a low-light one.
    // left and top become places in the scene.
    // Dark scenes as they are, up to a gamma that low light begins behind; what low light darkens stays what it was.
    private static Frame Expose(
        Frame photograph, double gammaMax, ref int left, ref int top, int width, int height, ref Prng prng)
    {
        var (x, y) = (Math.Max(0, left - Margin), Math.Max(0, top - Margin));
        var (right, bottom) = (
            Math.Min(photograph.Width, left + width + Margin), Math.Min(photograph.Height, top + height + Margin));
        var scene = Frame.Rent(right - x, bottom - y, PixelFormat.Rgb24);
        var gamma = prng.NextDouble(0.75, gammaMax);
        var contrast = prng.NextDouble(0.5, 1.4);
        var pivot = prng.NextDouble(0.35, 0.65);
        Span<byte> table = stackalloc byte[3 * 256];
        for (var channel = 0; channel < 3; channel++)
        {
            var balance = prng.NextDouble(0.92, 1.08);
            for (var value = 0; value < 256; value++)
            {
                var exposed = pivot + (contrast * (Math.Pow(value / 255.0, gamma) - pivot));
                table[(channel * 256) + value] = (byte)Math.Clamp((exposed * balance * 255) + 0.5, 0, 255);
            }
        }

        for (var row = 0; row < scene.Height; row++)
        {
            var source = photograph.Pixels.Slice((((row + y) * photograph.Width) + x) * 3, scene.Width * 3);
            var target = scene.Pixels.Slice(row * scene.Width * 3, scene.Width * 3);
            for (var index = 0; index < source.Length; index += 3)
            {
                target[index] = table[source[index]];
                target[index + 1] = table[256 + source[index + 1]];
                target[index + 2] = table[512 + source[index + 2]];
            }
        }

        (left, top) = (left - x, top - y);
        return scene;
    }

    private static int DrawSide(int side, int sideMax, ref Prng prng)
    {
        // In blocks of JPEG: a mirrored frame then has its block edges where an unmirrored one has them.
        var blocks = Math.Min(side, sideMax) / ClassifierInput.JpegBlockSide;
        return ClassifierInput.JpegBlockSide * (blocks <= SideMin / ClassifierInput.JpegBlockSide
            ? blocks
            : prng.NextInt32(SideMin / ClassifierInput.JpegBlockSide, blocks + 1));
    }
}

/// <summary>Draws a photograph with a generator.</summary>
internal delegate Photograph PhotographDraw(ref Prng prng);
