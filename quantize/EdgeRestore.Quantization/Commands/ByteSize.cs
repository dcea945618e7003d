using System.Globalization;

namespace EdgeRestore.Quantization.Commands;

/// <summary>A size as people write it: 512M, 1.5G.</summary>
internal readonly record struct ByteSize(long Bytes)
{
    private const string Units = "KMG";

    public static ByteSize? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var number = text.TrimEnd('B', 'b', 'i');
        var unit = number.Length == 0 ? -1 : Units.IndexOf(char.ToUpperInvariant(number[^1]));
        var factor = 1L << (10 * (unit + 1));
        number = factor > 1 ? number[..^1] : number;
        var isNumber = double.TryParse(
            number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count);
        return isNumber && count > 0 && count * factor < long.MaxValue ? new ByteSize((long)(count * factor)) : null;
    }

    /// <summary>In the largest unit that it is a whole number of.</summary>
    public override string ToString()
    {
        var (count, unit) = (Bytes, -1);
        while (count > 0 && count % 1024 == 0 && unit < Units.Length - 1)
        {
            (count, unit) = (count / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{count}{(unit < 0 ? "" : Units[unit])}");
    }
}
