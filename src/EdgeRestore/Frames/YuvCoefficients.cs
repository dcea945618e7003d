namespace EdgeRestore.Frames;

/// <summary>The whole-number coefficients of one <see cref="YuvEncoding"/>.</summary>
/// <remarks>
/// Weights of ITU-R BT.601-7 2.5.1 and BT.709-6 3.2. Decoding with 13 bits stays within 16x16-bit products and
/// 32-bit sums, so vector and scalar code agree to the bit; against exact arithmetic the error is at most one level.
/// </remarks>
internal sealed class YuvCoefficients
{
    public const int Bits = 13;

    private static readonly YuvCoefficients[] Table =
    [
        new(new(YuvMatrix.Bt601, YuvRange.Limited)), new(new(YuvMatrix.Bt601, YuvRange.Full)),
        new(new(YuvMatrix.Bt709, YuvRange.Limited)), new(new(YuvMatrix.Bt709, YuvRange.Full)),
    ];

    private YuvCoefficients(YuvEncoding encoding)
    {
        var (red, blue) = encoding.Matrix == YuvMatrix.Bt601 ? (0.299, 0.114) : (0.2126, 0.0722);
        var green = 1.0 - red - blue;
        var isLimited = encoding.Range == YuvRange.Limited;
        LumaOffset = isLimited ? 16 : 0;
        var lumaScale = isLimited ? 255.0 / 219.0 : 1.0;
        var chromaScale = isLimited ? 255.0 / 224.0 : 1.0;

        // 1. To red, green, blue.
        Luma = Fixed(lumaScale);
        RedFromV = Fixed(2.0 * (1.0 - red) * chromaScale);
        BlueFromU = Fixed(2.0 * (1.0 - blue) * chromaScale);
        GreenFromU = Fixed(2.0 * (1.0 - blue) * blue / green * chromaScale);
        GreenFromV = Fixed(2.0 * (1.0 - red) * red / green * chromaScale);

        // 2. From red, green, blue. Green takes what rounding leaves, so that white and grey come out exactly.
        LumaFromRed = Fixed(red / lumaScale);
        LumaFromBlue = Fixed(blue / lumaScale);
        LumaFromGreen = Fixed(1.0 / lumaScale) - LumaFromRed - LumaFromBlue;
        UFromRed = -Fixed(red / (2.0 * (1.0 - blue)) / chromaScale);
        UFromBlue = Fixed(0.5 / chromaScale);
        UFromGreen = -UFromBlue - UFromRed;
        VFromBlue = -Fixed(blue / (2.0 * (1.0 - red)) / chromaScale);
        VFromRed = Fixed(0.5 / chromaScale);
        VFromGreen = -VFromRed - VFromBlue;
    }

    public int LumaOffset { get; }

    public int Luma { get; }

    public int RedFromV { get; }

    public int BlueFromU { get; }

    public int GreenFromU { get; }

    public int GreenFromV { get; }

    public int LumaFromRed { get; }

    public int LumaFromGreen { get; }

    public int LumaFromBlue { get; }

    public int UFromRed { get; }

    public int UFromGreen { get; }

    public int UFromBlue { get; }

    public int VFromRed { get; }

    public int VFromGreen { get; }

    public int VFromBlue { get; }

    public static YuvCoefficients For(YuvEncoding encoding)
    {
        var index = ((int)encoding.Matrix * 2) + (int)encoding.Range;
        return (uint)index < (uint)Table.Length && (int)encoding.Range is 0 or 1
            ? Table[index]
            : throw new ArgumentOutOfRangeException(nameof(encoding), encoding,
                "Matrix is Bt601 or Bt709, range Limited or Full.");
    }

    private static int Fixed(double value) => (int)Math.Floor((value * (1 << Bits)) + 0.5);
}
