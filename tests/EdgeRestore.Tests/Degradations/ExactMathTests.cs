using EdgeRestore.Degradations;

namespace EdgeRestore.Tests.Degradations;

public sealed class ExactMathTests
{
    // Far below the 2^-24 at which a float could round differently, and above what Taylor's rest leaves.
    private const double RelativeTolerance = 1e-13;

    [Fact]
    public void Functions_OverTheirRanges_MatchTheCLibrary()
    {
        var prng = new Prng(11);
        for (var index = 0; index < 20_000; index++)
        {
            var x = prng.NextDouble(-30.0, 30.0);
            Near(Math.Exp(x), ExactMath.Exp(x), Math.Exp(x));
            Near(Math.Sin(x), ExactMath.Sin(x), 1.0);
            Near(Math.Cos(x), ExactMath.Cos(x), 1.0);
            var positive = Math.Exp(x);
            Near(Math.Log(positive), ExactMath.Log(positive), 1.0 + Math.Abs(x));
            var unit = prng.NextDouble(1e-6, 1.0);
            Near(Math.Pow(unit, 2.4), ExactMath.Pow(unit, 2.4), 1.0);
        }
    }

    [Fact]
    public void Pow_Zero_IsZero() => Assert.Equal(0.0, ExactMath.Pow(0.0, 2.2));

    [Fact]
    public void Exp_FarBelow_IsZero() => Assert.Equal(0.0, ExactMath.Exp(-800.0));

    private static void Near(double expected, double actual, double scale) =>
        Assert.InRange(actual - expected, -RelativeTolerance * scale, RelativeTolerance * scale);
}
