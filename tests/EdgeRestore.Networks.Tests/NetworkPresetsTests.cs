namespace EdgeRestore.Networks.Tests;

public sealed class NetworkPresetsTests
{
    public static TheoryData<string> Names => [.. NetworkPresets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_Preset_IsTheNetworkOfThatName(string name)
    {
        var network = NetworkPresets.Create(name);

        Assert.Equal(name, network.Preset);
        Assert.StartsWith(network.Family, name, StringComparison.Ordinal);
        Assert.True(NetworkCost.Of(network).Parameters > 100_000);
    }

    [Fact]
    public void Create_UnknownName_NamesThoseThatThereAre()
    {
        var error = Assert.Throws<ArgumentException>(() => NetworkPresets.Create("symunet-xxl"));

        Assert.Contains("'symunet-xxl'", error.Message, StringComparison.Ordinal);
        Assert.All(NetworkPresets.Names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }
}
