namespace EdgeRestore.Networks.Tests;

public sealed class NetworkCostTests
{
    // The closed forms of one block of d channels, h heads and m hidden channels:
    // parameters 4d² + 31d + h + 3dm + 18m, MACs per pixel 4d² + 27d + 2d²/h + 3dm + 18m.
    private static long Parameters(long d, long h, long m) => 4 * d * d + 31 * d + h + 3 * d * m + 18 * m;

    private static long Macs(long d, long h, long m) => 4 * d * d + 27 * d + 2 * d * d / h + 3 * d * m + 18 * m;

    [Theory]
    [InlineData(0, 48, 1, 127)]
    [InlineData(1, 96, 2, 255)]
    [InlineData(2, 192, 4, 510)]
    [InlineData(3, 384, 8, 1021)]
    public void Of_OneBlockMoreAtALevel_AddsTheClosedForm(int level, long d, long h, long m)
    {
        var few = new SymUNetConfig { EncoderBlocks = [1, 1, 1], MiddleBlocks = 1, DecoderBlocks = [1, 1, 1] };
        var more = level == 3
            ? few with { MiddleBlocks = 2 }
            : few with { EncoderBlocks = few.EncoderBlocks.SetItem(level, 2) };

        var before = NetworkCost.Of(new SymUNet(few), 64, 64);
        var after = NetworkCost.Of(new SymUNet(more), 64, 64);

        Assert.Equal(Parameters(d, h, m), after.Parameters - before.Parameters);
        Assert.Equal(Macs(d, h, m) * (64 * 64 >> (2 * level)), after.Macs - before.Macs);
    }

    [Fact]
    public void Of_TwiceTheSize_IsFourTimesTheWork()
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.Small with { Selection = null });

        var small = NetworkCost.Of(network, 64, 64);
        var large = NetworkCost.Of(network, 128, 128);

        Assert.Equal(4 * small.Macs, large.Macs);
        Assert.Equal(small.MacsPerPixel, large.MacsPerPixel);
        Assert.Equal(small.Parameters, large.Parameters);
        Assert.True(large.ActivationBytes > 3.9 * small.ActivationBytes);
    }

    [Fact]
    public void Of_Classifier_StaysWithinItsBudget()
    {
        var cost = NetworkCost.Of(new DpgNet(new()));

        Assert.InRange(cost.Parameters, 400_000, 500_000);
        Assert.InRange(cost.Macs, 1, 200_000_000);
    }
}
