using System.Globalization;

namespace EdgeRestore.Cli.Video;

/// <summary>Frames a second as a fraction, which 29.97 is not.</summary>
internal readonly record struct FrameRate(int Numerator, int Denominator)
{
    // Of one frame: what rounding to nanoseconds (Matroska) loses is far below, the gap between 29.97 and 30 far above.
    private const double Tolerance = 1e-5;

    public double PerSecond => (double)Numerator / Denominator;

    public long FrameNs => (long)Math.Round(1e9 * Denominator / Numerator);

    /// <summary>The rate whose frames last so long: whole, in 1001sts, or in thousandths; null when none is
    /// near.</summary>
    public static FrameRate? FromFrameNs(double frameNs)
    {
        var rate = 1e9 / frameNs;
        if (!(rate is >= 0.001 and <= 10_000))
        {
            return null;
        }

        foreach (var denominator in (int[])[1, 1001, 2, 1000])
        {
            var numerator = Math.Round(rate * denominator);
            if (numerator >= 1 && Math.Abs((rate * denominator / numerator) - 1) < Tolerance)
            {
                return new FrameRate((int)numerator, denominator);
            }
        }

        return new FrameRate((int)Math.Round(rate * 1000), 1000);
    }

    /// <summary>ffmpeg's own notation, such as <c>30000/1001</c>; null for 0/0.</summary>
    public static FrameRate? Parse(string? text)
    {
        var parts = (text ?? "").Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var numerator) && numerator > 0
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var denominator) && denominator > 0
                ? new FrameRate(numerator, denominator)
                : null;
    }

    /// <summary>Start of a frame after that of the first, nanoseconds.</summary>
    public long StartNs(long index) => (long)Math.Round(index * 1e9 * Denominator / Numerator);

    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : PerSecond.ToString("0.###", CultureInfo.InvariantCulture);
}
