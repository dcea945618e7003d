using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Video;

/// <summary>What the frames of one video have in common. Colour codes are those of ITU-T H.273; 0 or 2: not
/// told.</summary>
internal sealed record VideoFormat
{
    /// <value>Pixels, upright; may be odd.</value>
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>I420, where chroma of an odd side is rounded up, Gray8, Gray10Le or Gray16Le.</summary>
    public required PixelFormat Layout { get; init; }

    /// <summary>Frames a second; null when the source does not tell.</summary>
    public FrameRate? Rate { get; init; }

    public int MatrixCode { get; init; }

    /// <value>Matroska's: 1 limited, 2 full.</value>
    public int RangeCode { get; init; }

    public int TransferCode { get; init; }

    public int PrimariesCode { get; init; }

    public int ChromaSitingHorizontal { get; init; }

    public int ChromaSitingVertical { get; init; }

    /// <summary>Shown width to shown height, over that of the pixels; 0 when pixels are square.</summary>
    public int DisplayWidth { get; init; }

    public int DisplayHeight { get; init; }

    public bool IsOdd => Width % 2 != 0 || Height % 2 != 0;

    public bool IsGray => Layout != PixelFormat.I420;

    public int LengthBytes => IsGray
        ? Frame.GetLengthBytes(Width, Height, Layout)
        : (Width * Height) + (2 * ((Width + 1) / 2) * ((Height + 1) / 2));

    /// <summary>
    /// How bytes relate to colours. Where the source does not tell: as players take it, BT.709 from 720 lines on,
    /// limited.
    /// </summary>
    public YuvEncoding Encoding => new(
        MatrixCode switch
        {
            1 => YuvMatrix.Bt709,
            // FCC, BT.470BG and SMPTE 170M: the same weights but for FCC's third digit.
            4 or 5 or 6 => YuvMatrix.Bt601,
            0 or 2 => Height >= 720 ? YuvMatrix.Bt709 : YuvMatrix.Bt601,
            // SMPTE 240M and BT.2020: nearest to BT.709; the way back uses the same weights.
            _ => YuvMatrix.Bt709,
        },
        RangeCode == 2 ? YuvRange.Full : YuvRange.Limited);

    /// <summary>Whether frames of both fit into one output.</summary>
    public bool Fits(VideoFormat other) => Width == other.Width && Height == other.Height && Layout == other.Layout;

    public override string ToString() =>
        $"{Width}x{Height} {Layout}, {(Rate is { } rate ? $"{rate} frames/s" : "rate unknown")}";
}
