using EdgeRestore.Networks.Readings;

namespace EdgeRestore.Networks.Tests;

public sealed class SymUNetTests
{
    [Fact]
    public void Restore_PublishedSizes_HasThePublishedParametersAndMacs()
    {
        var network = NetworkPresets.Create("symunet");
        var cost = NetworkCost.Of(network);

        Assert.Equal(22_288_827, cost.Parameters);
        Assert.Equal(83.9, cost.Macs / 1e9, 0.05);

        // 442 GMAC at 480x720, which is no multiple of 32: its share of what is padded.
        Assert.Equal(442, NetworkCost.Of(network, 480, 736).Macs * (720.0 / 736) / 1e9, 0.01 * 442);
        Assert.Equal(32, network.SizeMultiple);
    }

    // Counted for these sizes by another program, from the published code (millions of parameters, GMAC at 256x256).
    [Theory]
    [InlineData("symunet-w32", 10.0, 38.3)]
    [InlineData("symunet-w16", 2.60, 10.3)]
    [InlineData("symunet-m", 0.995, 3.59)]
    [InlineData("symunet-s", 0.670, 2.79)]
    [InlineData("symunet-xs", 0.172, 0.67)]
    public void Restore_Preset_CostsWhatAnotherCountFound(string preset, double millions, double gigaMacs)
    {
        var cost = NetworkCost.Of(NetworkPresets.Create(preset));

        Assert.Equal(millions, cost.Parameters / 1e6, 0.005 * millions);
        Assert.Equal(gigaMacs, cost.Macs / 1e9, 0.01 * gigaMacs);
    }

    [Theory]
    [InlineData(41, 67)]
    [InlineData(17, 64)]
    public void Restore_OddSize_GivesTheSizeBack(int height, int width) => Assert.Equal(
        [2, 3, height, width],
        new SymUNet(SymUNetConfig.ExtraSmall)
            .Restore(new ShapeReading(), ShapeReading.Input(2, 3, height, width)).Sizes);
}
