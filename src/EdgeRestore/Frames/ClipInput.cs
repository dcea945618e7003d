namespace EdgeRestore.Frames;

/// <summary>What CLIP's vision encoder sees of a frame: the square in its middle, resized and standardised.</summary>
/// <remarks>
/// The steps of SE-SymUNet's published code (_get_clip_features of SymUNet_arch.py, arXiv 2512.10581), which are
/// torchvision's on floats: short side to the input's side, bicubic with antialiasing and without rounding to bytes;
/// centre crop; CLIP's mean and deviation per channel. What is left and right of the square of a wide frame is not
/// seen.
/// Thread-safe.
/// </remarks>
public sealed class ClipInput
{
    /// <summary>Width and height of the input of CLIP ViT-L/14.</summary>
    public const int PublishedSide = 224;

    // Half-width in input pixels of the cubic kernel, and its parameter in torch's antialiased form (Pillow has the
    // same; without antialiasing torch takes -0.75): aten/src/ATen/native/cpu/UpSampleKernel.cpp.
    private const double Support = 2;
    private const double Cubic = -0.5;

    // https://huggingface.co/openai/clip-vit-large-patch14/blob/main/preprocessor_config.json
    private static readonly double[] Mean = [0.48145466, 0.4578275, 0.40821073];
    private static readonly double[] Deviation = [0.26862954, 0.26130258, 0.27577711];

    public ClipInput(int side = PublishedSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        Side = side;
    }

    /// <summary>Width and height of the input.</summary>
    public int Side { get; }

    /// <summary>Numbers of the input.</summary>
    public int Length => 3 * Side * Side;

    /// <summary>Fills the input.</summary>
    /// <param name="frame">Rgb24 of any size.</param>
    /// <param name="pixels">(3, side, side), red first, standardised.</param>
    public void Fill(Frame frame, Span<float> pixels)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException(
                $"CLIP sees Rgb24; found {frame.Format}. Convert the frame first.", nameof(frame));
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, Length, nameof(pixels));

        // 1. Which pixels of the frame each pixel of the crop is made of, along each axis.
        var scale = (double)Side / Math.Min(frame.Width, frame.Height);
        var isWide = frame.Height < frame.Width;
        var columns = BuildTaps(frame.Width, isWide ? (int)(frame.Width * scale) : Side);
        var rows = BuildTaps(frame.Height, isWide ? Side : (int)(frame.Height * scale));

        // 2. Along rows, for the rows that are needed; 0 to 255.
        var top = rows.Min(tap => tap.Start);
        var bottom = rows.Max(tap => tap.Start + tap.Weights.Length);
        var wide = new double[(bottom - top) * Side * 3];
        for (var y = top; y < bottom; y++)
        {
            ResizeRow(frame.Pixels.Slice(y * frame.Width * 3), columns, wide.AsSpan((y - top) * Side * 3, Side * 3));
        }

        // 3. Along columns, standardised, one plane per channel.
        for (var y = 0; y < Side; y++)
        {
            var (start, weights) = rows[y];
            for (var index = 0; index < Side * 3; index++)
            {
                var sum = 0.0;
                for (var tap = 0; tap < weights.Length; tap++)
                {
                    sum += wide[((start - top + tap) * Side * 3) + index] * weights[tap];
                }

                var (x, channel) = (index / 3, index % 3);
                pixels[(((channel * Side) + y) * Side) + x] =
                    (float)(((sum / 255) - Mean[channel]) / Deviation[channel]);
            }
        }
    }

    private static void ResizeRow(ReadOnlySpan<byte> row, (int Start, double[] Weights)[] taps, Span<double> output)
    {
        for (var x = 0; x < taps.Length; x++)
        {
            var (start, weights) = taps[x];
            double red = 0, green = 0, blue = 0;
            for (var tap = 0; tap < weights.Length; tap++)
            {
                var pixel = row.Slice((start + tap) * 3, 3);
                red += pixel[0] * weights[tap];
                green += pixel[1] * weights[tap];
                blue += pixel[2] * weights[tap];
            }

            output[x * 3] = red;
            output[(x * 3) + 1] = green;
            output[(x * 3) + 2] = blue;
        }
    }

    // Per position of the crop of `Side` from the middle of `outputLength`: the first input position and the weights
    // from there on, which sum to 1. Halves round to even, as Python's round does.
    private (int Start, double[] Weights)[] BuildTaps(int inputLength, int outputLength)
    {
        var scale = (double)inputLength / outputLength;
        var stretch = Math.Max(scale, 1);
        var crop = (int)Math.Round((outputLength - Side) / 2.0, MidpointRounding.ToEven);
        var taps = new (int, double[])[Side];
        for (var position = 0; position < Side; position++)
        {
            var centre = (crop + position + 0.5) * scale;
            var start = Math.Max((int)(centre - (Support * stretch) + 0.5), 0);
            var end = Math.Min((int)(centre + (Support * stretch) + 0.5), inputLength);
            var weights = new double[end - start];
            for (var index = 0; index < weights.Length; index++)
            {
                weights[index] = Kernel((start + index - centre + 0.5) / stretch);
            }

            var sum = weights.Sum();
            taps[position] = (start, [.. weights.Select(weight => weight / sum)]);
        }

        return taps;
    }

    private static double Kernel(double x)
    {
        x = Math.Abs(x);
        return x switch
        {
            < 1 => (((Cubic + 2) * x) - (Cubic + 3)) * x * x + 1,
            < 2 => ((((x - 5) * x) + 8) * x - 4) * Cubic,
            _ => 0,
        };
    }
}
