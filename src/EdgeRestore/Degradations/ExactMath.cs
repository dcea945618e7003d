namespace EdgeRestore.Degradations;

/// <summary>Elementary functions from additions, multiplications and divisions alone, in double precision.</summary>
/// <remarks>
/// IEEE 754 fixes the result of those operations and of the square root on every machine, and the JIT never fuses a
/// multiplication with an addition by itself. The C library's sin, exp and log are fixed by nothing: their last bit
/// differs between versions, and with it the hashes that pin the evaluation protocol.
/// </remarks>
internal static class ExactMath
{
    private const double InverseLn2 = 1.4426950408889634;

    // ln 2 and pi / 2 in two parts (fdlibm e_exp.c and e_rem_pio2.c), so that k times the high part is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPiHigh = 1.57079632673412561417e+00;
    private const double HalfPiLow = 6.07710050650619224932e-11;

    public static double Exp(double x)
    {
        if (x < -700.0)
        {
            return 0.0;
        }

        var k = Math.Floor((x * InverseLn2) + 0.5);
        var r = x - (k * Ln2High) - (k * Ln2Low);

        // Taylor series to r^13 / 13!; |r| <= 0.347, so the rest is below 1e-17.
        var sum = 1.0;
        for (var n = 13; n >= 1; n--)
        {
            sum = 1.0 + (r / n * sum);
        }

        return sum * BitConverter.Int64BitsToDouble(((long)k + 1023) << 52);
    }

    /// <summary>Natural logarithm of a positive, normal number.</summary>
    public static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        // ln m = 2 artanh s; |s| <= 0.172, so s^23 / 23 is below 1e-18.
        var s = (mantissa - 1.0) / (mantissa + 1.0);
        var square = s * s;
        var sum = 0.0;
        for (var n = 23; n >= 1; n -= 2)
        {
            sum = (sum * square) + (1.0 / n);
        }

        return (2.0 * s * sum) + (exponent * Ln2Low) + (exponent * Ln2High);
    }

    /// <summary>x to the power y for x not below 0.</summary>
    public static double Pow(double x, double y) => x <= 0.0 ? 0.0 : Exp(y * Log(x));

    public static double Sin(double x) => SinQuarter(x, 0);

    public static double Cos(double x) => SinQuarter(x, 1);

    private static double SinQuarter(double x, int quarters)
    {
        var k = Math.Floor((x / 1.5707963267948966) + 0.5);
        var r = x - (k * HalfPiHigh) - (k * HalfPiLow);
        var quadrant = (int)((((long)k + quarters) % 4 + 4) % 4);

        // Taylor series to r^19 and r^18; |r| <= 0.786, so the rest is below 1e-19.
        var odd = quadrant % 2 == 0;
        var square = r * r;
        var sum = 1.0;
        for (var n = odd ? 19 : 18; n >= 2; n -= 2)
        {
            sum = 1.0 - (square / (n * (n - 1)) * sum);
        }

        var value = odd ? r * sum : sum;
        return quadrant >= 2 ? -value : value;
    }
}
