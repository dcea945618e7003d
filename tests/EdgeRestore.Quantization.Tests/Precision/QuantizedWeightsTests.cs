using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Tests.Precision;

public class QuantizedWeightsTests
{
    [Fact]
    public void Of_ScalesAreLargestMagnitudeOver127PerChannel()
    {
        var weights = QuantizedWeights.Of([1, -2, 0.5f, 0, 0, 0], 2, [], 1);

        Assert.Equal([(float)(4.0 / 254), 1f], weights.Scales);

        // 63.5 goes to the even neighbour.
        Assert.Equal([64, -127, 32, 0, 0, 0], weights.Values.Select(value => (int)value));
    }

    [Fact]
    public void Of_BiasThatWouldSaturate_GrowsTheScale()
    {
        // 1e-6 × 127 / 127 = 1e-6 per step: 1e6 would need 1e12 steps, and 2^31 are there.
        var rescued = QuantizedWeights.Of([127f], 1, [1e6f], 1e-6f);

        Assert.Equal((float)(1.0 * (1.0001 * 2 * 1e6 / (2.0 * int.MaxValue) / (1e-6f * 1f))), rescued.Scales[0]);
        Assert.InRange(1e6 / (1e-6f * (double)rescued.Scales[0]), int.MaxValue - 300_000.0, int.MaxValue - 100_000.0);
    }

    [Fact]
    public void Of_BiasThatFits_LeavesTheScale() =>
        Assert.Equal(
            QuantizedWeights.Of([0.5f, -0.25f], 2, [], 0.1f).Scales,
            QuantizedWeights.Of([0.5f, -0.25f], 2, [3f, -3f], 0.1f).Scales);

    [Fact]
    public void Of_Factors_GoIntoTheScalesAlone()
    {
        var plain = QuantizedWeights.Of([1, -2, 0.5f, 3, 0, -1], 2, [], 1);
        var stretched = QuantizedWeights.Of([1, -2, 0.5f, 3, 0, -1], 2, [], 1, factors: [4f, 0.25f]);

        Assert.Equal(plain.Values, stretched.Values);
        Assert.Equal([plain.Scales[0] * 4f, plain.Scales[1] * 0.25f], stretched.Scales);
    }
}
