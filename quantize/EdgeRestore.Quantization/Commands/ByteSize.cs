using System.Globalization;

namespace EdgeRestore.Quantization.Commands;

/// <summary>Sizes as people write them: 512M, 1.5G.</summary>
internal static class ByteSize
{
    public static long? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var number = text.TrimEnd('B', 'b', 'i');
        var factor = number.Length == 0 ? 0L : char.ToUpperInvariant(number[^1]) switch
        {
            'K' => 1L << 10,
            'M' => 1L << 20,
            'G' => 1L << 30,
            _ => 1L,
        };
        number = factor > 1 ? number[..^1] : number;
        var isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count);
        return isNumber && count > 0 && count * factor < long.MaxValue ? (long)(count * factor) : null;
    }
}
