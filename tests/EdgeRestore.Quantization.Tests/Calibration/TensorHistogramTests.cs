using EdgeRestore.Degradations;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Tests.Calibration;

public class TensorHistogramTests
{
    [Fact]
    public void Add_AnyValues_CountsEachInTheBinBetweenItsEdges()
    {
        var values = RandomValues.Draw(seed: 1, count: 10_007, spread: 3f);
        var histogram = new TensorHistogram();

        histogram.Add(values);

        var expected = new long[2 * TensorHistogram.BinsPerSide];
        foreach (var value in values)
        {
            expected[Enumerable.Range(0, expected.Length).Last(bin => histogram.EdgeOf(bin) <= value)]++;
        }

        Assert.Equal(expected, histogram.Counts.ToArray());
        Assert.Equal(values.Length, histogram.Total);
    }

    [Theory]
    [InlineData(1f, 1)]
    [InlineData(0.99999f, 0)]
    [InlineData(-4f, 3)]
    [InlineData(0f, TensorHistogram.MinExponent)]
    [InlineData(1e-38f, TensorHistogram.MinExponent)]
    [InlineData(float.MaxValue, 128)]
    public void Add_OneValue_GridEndsAtTheNextPowerOfTwo(float value, int exponent)
    {
        var histogram = new TensorHistogram();

        histogram.Add([value]);

        Assert.Equal(exponent, histogram.Exponent);
        Assert.Equal(1, histogram.Total);
    }

    [Fact]
    public void Add_OneByOneInAnyOrder_SameAsAllAtOnce()
    {
        // Growing magnitudes: in this order the grid doubles again and again, in the other never.
        var values = RandomValues.Draw(seed: 2, count: 500, spread: 1f).OrderBy(Math.Abs).ToArray();
        var (together, upwards, downwards) = (new TensorHistogram(), new TensorHistogram(), new TensorHistogram());
        together.Add(values);

        foreach (var value in values)
        {
            upwards.Add([value]);
        }

        foreach (var value in values.Reverse())
        {
            downwards.Add([value]);
        }

        Assert.Equal(together.Exponent, upwards.Exponent);
        Assert.Equal(together.Counts.ToArray(), upwards.Counts.ToArray());
        Assert.Equal(together.Counts.ToArray(), downwards.Counts.ToArray());
    }

    [Theory]
    [InlineData(0.001f, 100f)]
    [InlineData(100f, 0.001f)]
    [InlineData(1f, 1f)]
    public void Merge_OfTwo_SameAsCountingAllValues(float firstSpread, float secondSpread)
    {
        var (one, other) = (RandomValues.Draw(3, 999, firstSpread), RandomValues.Draw(4, 1234, secondSpread));
        var (first, second, all) = (new TensorHistogram(), new TensorHistogram(), new TensorHistogram());
        first.Add(one);
        second.Add(other);
        all.Add([.. one, .. other]);

        first.Merge(second);

        Assert.Equal(all.Exponent, first.Exponent);
        Assert.Equal(all.Counts.ToArray(), first.Counts.ToArray());
        Assert.Equal(all.Total, first.Total);
    }
}

internal static class RandomValues
{
    /// <summary>Bell-shaped, with tails as activations have them.</summary>
    public static float[] Draw(ulong seed, int count, float spread)
    {
        var prng = new Prng(seed);
        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            var gaussian = prng.NextGaussian();
            values[index] = (float)(spread * gaussian * (1.0 + (0.3 * gaussian * gaussian)));
        }

        return values;
    }
}
