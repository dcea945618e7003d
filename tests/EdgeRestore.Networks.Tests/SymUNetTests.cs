using EdgeRestore.Networks.Readings;

namespace EdgeRestore.Networks.Tests;

public sealed class SymUNetTests
{
    [Fact]
    public void Restore_PublishedSizes_HasThePublishedParametersAndMacs()
    {
        var cost = NetworkCost.Of(new SymUNet(new()));

        Assert.Equal(22_288_827, cost.Parameters);
        Assert.Equal(83.9, cost.Macs / 1e9, 0.05);
    }
}
