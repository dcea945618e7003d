namespace EdgeRestore.Networks.Tests;

public sealed class NetworkConfigJsonTests
{
    [Fact]
    public void ToJson_ThenParse_GivesTheSameNetwork()
    {
        var config = EdgeNetworkConfig.ExtraSmall with
        {
            TopLevelAttention = false,
            DecoderBlocks = [3, 1],
            Selection = new() { Skips = false, FeedForwardKept = 0.25 },
        };

        var parsed = NetworkConfigJson.ParseEdgeNetwork(config.ToJson());

        Assert.Equal(config.ToJson(), parsed.ToJson());
        Assert.Equal([3, 1], parsed.DecoderBlocks.ToArray());
        Assert.Equal(config.Selection, parsed.Selection);
        Assert.Null(NetworkConfigJson.ParseEdgeNetwork((config with { Selection = null }).ToJson()).Selection);
    }

    [Fact]
    public void ToJson_ClassifierThenParse_GivesTheSameNetwork()
    {
        var config = new DpgNetConfig { Widths = [8, 16], Temperature = 0.031 };

        Assert.Equal(config.ToJson(), NetworkConfigJson.ParseDpgNet(config.ToJson()).ToJson());
    }

    [Fact]
    public void ParseNetwork_FamilyAndItsConfiguration_GivesTheNetwork()
    {
        var config = SymUNetConfig.Small with { Heads = [2, 2, 4], FeedForwardFactor = 1.5 };

        var network = Assert.IsType<SymUNet>(NetworkConfigJson.ParseNetwork("symunet", config.ToJson()));

        Assert.Equal(config.ToJson(), network.Config.ToJson());
        Assert.Equal("symunet-s", network.Preset);
        Assert.IsType<EdgeNetwork>(NetworkConfigJson.ParseNetwork("edge", "{}"));
        Assert.Throws<EdgeRestoreException>(() => NetworkConfigJson.ParseNetwork("unet", "{}"));
        Assert.Throws<EdgeRestoreException>(() => NetworkConfigJson.ParseNetwork("edge", config.ToJson()));
    }

    [Fact]
    public void ToJson_SemanticNetworkThenParse_GivesTheSameNetworkAndStatesThePositionalEmbedding()
    {
        var config = SeSymUNetConfig.Published with { Body = SymUNetConfig.Small, PatchSizes = [8, 4, 2] };

        var json = config.ToJson();

        Assert.Equal(json, NetworkConfigJson.ParseSeSymUNet(json).ToJson());
        Assert.Contains("\"positionalEmbedding\":\"zero\"", json, StringComparison.Ordinal);
        Assert.IsType<SeSymUNet>(NetworkConfigJson.ParseNetwork("se-symunet", json));
        Assert.Throws<EdgeRestoreException>(
            () => NetworkConfigJson.ParseSeSymUNet("""{"positionalEmbedding":"noise"}"""));
    }

    [Fact]
    public void ToJson_SelectingNetworkAndItsBackboneThenParse_GivesTheSameNetworks()
    {
        var config = CSNetConfig.Small with { Prompts = PromptSource.Given, Activation = true, Kept = 0.25 };

        var json = config.ToJson();

        Assert.Contains("\"prompts\":\"given\"", json, StringComparison.Ordinal);
        Assert.Equal(json, NetworkConfigJson.ParseCSNet(json).ToJson());
        Assert.IsType<CSNet>(NetworkConfigJson.ParseNetwork("csnet", json));
        Assert.Equal(config.Body.ToJson(), NetworkConfigJson.ParseRestormer(config.Body.ToJson()).ToJson());
        Assert.IsType<Restormer>(NetworkConfigJson.ParseNetwork("restormer", "{}"));
    }

    [Fact]
    public void Parse_MemberLeftOut_TakesItsDefault() => Assert.Equal(
        (EdgeNetworkConfig.Small with { Width = 24 }).ToJson(),
        NetworkConfigJson.ParseEdgeNetwork("""{"width":24,"selection":{}}""").ToJson());

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"width":"wide"}""")]
    [InlineData("""{"colour":3}""")]
    public void Parse_NotAConfiguration_SaysSo(string json) =>
        Assert.Throws<EdgeRestoreException>(() => NetworkConfigJson.ParseEdgeNetwork(json));
}
