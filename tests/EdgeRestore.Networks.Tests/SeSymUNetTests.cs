using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests;

public sealed class SeSymUNetTests
{
    /// <summary>The sizes of the fixture, which its metadata states.</summary>
    internal static readonly SeSymUNetConfig Fixture = new()
    {
        Preset = "fixture",
        Body = new() { Width = 8, EncoderBlocks = [1, 1, 1], MiddleBlocks = 1, DecoderBlocks = [1, 1, 1] },
        SemanticSize = 24,
        AttentionWidths = [32, 32, 32],
        MiddleAttentionWidth = 32,
    };

    [Fact]
    public void Restore_PublishedSizes_HasThePublishedParameters()
    {
        var body = NetworkCost.Of(new SymUNet(new()));

        var cost = NetworkCost.Of(NetworkPresets.Create("se-symunet"));

        // Guidance and refinement: 45,143,816 counted from the published code; about 34 GMAC at 256x256.
        Assert.Equal(45_143_816, cost.Parameters - body.Parameters);
        Assert.InRange((cost.Macs - body.Macs) / 1e9, 20, 36);
    }

    [Fact]
    public void Restore_FixtureSizes_AsksForTheParametersOfThePublishedCheckpoint()
    {
        var weights = NamedTensors.Read("Golden/sesymunet_w8.weights.safetensors");

        var asked = ShapeReading.Of(new SeSymUNet(Fixture)).Parameters;

        Assert.Equal(
            weights.Select(tensor => tensor.Name).Order(StringComparer.Ordinal),
            asked.Select(parameter => parameter.Name).Order(StringComparer.Ordinal));
        Assert.All(asked, parameter => Assert.Equal(weights[parameter.Name].Shape, parameter.Shape));
    }

    [Fact]
    public void Restore_OddSizeAndAnyNumberOfTokens_GivesTheSizeBack() => Assert.Equal(
        [2, 3, 41, 67],
        new SeSymUNet(Fixture).Restore(
            new ShapeReading(), ShapeReading.Input(2, 3, 41, 67), ShapeReading.Input(2, 5, 24)).Sizes);

    [Fact]
    public void Restore_WithoutTokens_SaysWhatIsMissing()
    {
        var error = Assert.Throws<ArgumentException>(
            () => new SeSymUNet(Fixture).Restore(new ShapeReading(), ShapeReading.Input(1, 3, 32, 32)));

        Assert.Equal(
            "This network ('se-symunet') takes semantic tokens of 24 numbers each: give 'tokens'.", error.Message);
    }
}
