namespace EdgeRestore.Drawing;

/// <summary>A colour, 8 bit sRGB.</summary>
public readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    public static Rgb Black { get; } = new(0, 0, 0);

    public static Rgb White { get; } = new(255, 255, 255);

    public static Rgb Gray { get; } = new(128, 128, 128);

    /// <summary>Colours of series, told apart also by most colour-blind people (Okabe and Ito 2008).</summary>
    public static IReadOnlyList<Rgb> Series { get; } =
    [
        new(0, 114, 178), new(213, 94, 0), new(0, 158, 115), new(204, 121, 167),
        new(230, 159, 0), new(86, 180, 233), new(90, 90, 90), new(160, 120, 60),
    ];
}
