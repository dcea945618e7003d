namespace EdgeRestore.Frames;

/// <summary>Converts frames between the layouts of cameras and Rgb24. Thread-safe, allocates no pixels but pooled
/// ones.</summary>
/// <remarks>
/// Chroma is averaged over 2x2 pixels on the way down and repeated on the way up. Gray8 is BT.601 full-range luma,
/// whatever the encoding says, as in JPEG; deep gray is brought to the nearest of 8 bits, and from them. Vector and
/// scalar rows give the same bytes.
/// </remarks>
public static partial class PixelConversion
{
    /// <summary>Any layout to Rgb24.</summary>
    /// <param name="source">The camera's frame.</param>
    /// <param name="rgb">Rgb24 of the same size.</param>
    /// <param name="yuv">Meaning of the bytes of Nv12 and I420; ignored for others.</param>
    public static void ToRgb24(Frame source, Frame rgb, YuvEncoding yuv) =>
        ToRgb24(source, rgb, yuv, HasVectors);

    /// <summary>Rgb24 to any layout.</summary>
    /// <param name="rgb">Rgb24.</param>
    /// <param name="target">Frame of the layout wanted, of the same size.</param>
    /// <param name="yuv">Meaning of the bytes of Nv12 and I420; ignored for others.</param>
    public static void FromRgb24(Frame rgb, Frame target, YuvEncoding yuv) =>
        FromRgb24(rgb, target, yuv, HasVectors);

    internal static void ToRgb24(Frame source, Frame rgb, YuvEncoding yuv, bool useVectors)
    {
        Require(source, rgb, rgb);
        var (width, height) = (source.Width, source.Height);
        var input = source.Pixels;
        var output = rgb.Pixels;
        switch (source.Format)
        {
            case PixelFormat.Rgb24:
                input.CopyTo(output);
                break;
            case PixelFormat.Bgr24:
                SwapRow(input, output, useVectors ? SwapVectors(input, output) : 0);
                break;
            case PixelFormat.Gray8:
                GrayToRgbRow(input, output, useVectors ? GrayToRgbVectors(input, output) : 0);
                break;
            case PixelFormat.Gray10Le or PixelFormat.Gray16Le:
                DeepGray.ToRgb(input, output, source.Format);
                break;
            case PixelFormat.Nv12 or PixelFormat.I420:
                var coefficients = YuvCoefficients.For(yuv);
                for (var y = 0; y < height; y++)
                {
                    var luma = input.Slice(y * width, width);
                    var row = output.Slice(y * width * 3, width * 3);
                    var chroma = ChromaRow.Of(source, y / 2);
                    var done = useVectors
                        ? YuvToRgbVectors(luma, chroma.U, chroma.V, chroma.Step, row, coefficients)
                        : 0;
                    YuvToRgbRow(luma, chroma.U, chroma.V, chroma.Step, row, coefficients, done);
                }

                break;
            default:
                throw Unknown(source.Format, nameof(source));
        }
    }

    internal static void FromRgb24(Frame rgb, Frame target, YuvEncoding yuv, bool useVectors)
    {
        Require(rgb, target, rgb);
        var (width, height) = (rgb.Width, rgb.Height);
        var input = rgb.Pixels;
        var output = target.Pixels;
        switch (target.Format)
        {
            case PixelFormat.Rgb24:
                input.CopyTo(output);
                break;
            case PixelFormat.Bgr24:
                SwapRow(input, output, useVectors ? SwapVectors(input, output) : 0);
                break;
            case PixelFormat.Gray8:
                var gray = YuvCoefficients.For(new YuvEncoding(YuvMatrix.Bt601, YuvRange.Full));
                LumaRow(input, output, gray, useVectors ? LumaVectors(input, output, gray) : 0);
                break;
            case PixelFormat.Gray10Le or PixelFormat.Gray16Le:
                using (var luma = Frame.Rent(width, height, PixelFormat.Gray8))
                {
                    FromRgb24(rgb, luma, yuv, useVectors);
                    DeepGray.FromGray(luma.Pixels, output, target.Format);
                }

                break;
            case PixelFormat.Nv12 or PixelFormat.I420:
                var coefficients = YuvCoefficients.For(yuv);
                for (var y = 0; y < height; y += 2)
                {
                    var upper = input.Slice(y * width * 3, width * 3);
                    var lower = input.Slice((y + 1) * width * 3, width * 3);
                    var upperLuma = output.Slice(y * width, width);
                    var lowerLuma = output.Slice((y + 1) * width, width);
                    LumaRow(upper, upperLuma, coefficients,
                        useVectors ? LumaVectors(upper, upperLuma, coefficients) : 0);
                    LumaRow(lower, lowerLuma, coefficients,
                        useVectors ? LumaVectors(lower, lowerLuma, coefficients) : 0);
                    var chroma = ChromaRow.Of(target, y / 2);
                    var done = useVectors
                        ? ChromaVectors(upper, lower, chroma.U, chroma.V, chroma.Step, coefficients)
                        : 0;
                    ChromaRowScalar(upper, lower, chroma.U, chroma.V, chroma.Step, coefficients, done);
                }

                break;
            default:
                throw Unknown(target.Format, nameof(target));
        }
    }

    private static void Require(Frame source, Frame target, Frame rgb)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (rgb.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException($"One side must be Rgb24; found {rgb.Format}.", nameof(rgb));
        }

        if (source.Width != target.Width || source.Height != target.Height)
        {
            throw new ArgumentException(
                $"Frames are {source.Width}x{source.Height} and {target.Width}x{target.Height}: sizes must be equal.",
                nameof(target));
        }
    }

    private static ArgumentException Unknown(PixelFormat format, string name) =>
        new(
            $"Pixel format {format} is not known; allowed are Rgb24, Bgr24, Gray8, Gray10Le, Gray16Le, Nv12 and I420.",
            name);

    // One row of both chroma planes: bytes of a plane lie Step apart (2 where U and V are interleaved).
    private readonly ref struct ChromaRow
    {
        private ChromaRow(Span<byte> u, Span<byte> v, int step)
        {
            U = u;
            V = v;
            Step = step;
        }

        public Span<byte> U { get; }

        public Span<byte> V { get; }

        public int Step { get; }

        public static ChromaRow Of(Frame frame, int row)
        {
            var (width, luma) = (frame.Width, frame.Width * frame.Height);
            if (frame.Format == PixelFormat.Nv12)
            {
                var both = frame.Pixels.Slice(luma + (row * width), width);
                return new ChromaRow(both, both[1..], 2);
            }

            var half = width / 2;
            return new ChromaRow(
                frame.Pixels.Slice(luma + (row * half), half),
                frame.Pixels.Slice(luma + (luma / 4) + (row * half), half),
                1);
        }
    }
}
