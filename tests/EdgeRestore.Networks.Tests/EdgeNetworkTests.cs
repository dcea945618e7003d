using EdgeRestore.Degradations;
using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests;

public sealed class EdgeNetworkTests
{
    [Fact]
    public void Restore_BlindPreset_IsAPlainSymUNetBehindTheStem()
    {
        // The closed form of one block, 4d^2 + 31d + h + 3dm + 18m, summed by hand over the preset.
        static long Block(long d, long h) => 4 * d * d + 31 * d + h + 3 * d * 2 * d + 18 * 2 * d;
        var expected = 2 * Block(32, 1) + 4 * Block(64, 2) + 2 * Block(128, 4)
            + (12 * 32 * 9 + 32) + (32 * 12 * 9 + 12)
            + (32 * 64 * 4 + 64) + (64 * 128 * 4 + 128)
            + 128 * 256 + 64 * 128;

        var cost = NetworkCost.Of(new EdgeNetwork(EdgeNetworkConfig.Small with { Selection = null }));

        Assert.Equal(expected, cost.Parameters);
    }

    [Theory]
    [InlineData("edge-s", 8)]
    [InlineData("edge-xs", 8)]
    [InlineData("edge-m", 8)]
    [InlineData("edge-l", 8)]
    public void Restore_OddSize_GivesTheSizeBack(string preset, int multiple)
    {
        var network = NetworkPresets.Create(preset);

        var output = network.Restore(
            new ShapeReading(), ShapeReading.Input(2, 3, 41, 67), ShapeReading.Input(2));

        Assert.Equal(multiple, network.SizeMultiple);
        Assert.Equal([2, 3, 41, 67], output.Sizes);
    }

    [Fact]
    public void Restore_WithoutPromptWhereSelecting_SaysSo()
    {
        var error = Assert.Throws<ArgumentException>(() => new EdgeNetwork(EdgeNetworkConfig.Small)
            .Restore(new ShapeReading(), ShapeReading.Input(1, 3, 16, 16)));

        Assert.Equal(
            "This network ('edge') takes the row of a degradation per image: give 'prompt'.", error.Message);
    }

    [Fact]
    public void InitialWeights_RowOfAPair_IsTheMeanOfItsConstituents()
    {
        var logits = InitialWeights.Of(new EdgeNetwork(EdgeNetworkConfig.ExtraSmall), seed: 1)
            ["middle_blks.0.ffn.gate.logits"];
        var width = logits.Shape[1];
        float At(Degradation degradation, int channel) =>
            logits.Values[DegradationRow.Of(degradation) * width + channel];

        for (var channel = 0; channel < width; channel++)
        {
            Assert.Equal(
                (At(Degradation.LowLight, channel) + At(Degradation.Haze, channel)) / 2,
                At(Degradation.LowLightHaze, channel),
                1e-7f);
        }

        Assert.True(logits.Values.Max() > 0.05f);
    }

    [Fact]
    public void InitialWeights_SameSeed_AreTheSame()
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        var first = InitialWeights.Of(network, seed: 7);
        var second = InitialWeights.Of(network, seed: 7);
        var other = InitialWeights.Of(network, seed: 8);

        Assert.All(first, tensor => Assert.Equal(tensor.Values, second[tensor.Name].Values));
        Assert.NotEqual(first["intro.weight"].Values, other["intro.weight"].Values);
    }

    [Theory]
    [InlineData(64, 0.5, 32)]
    [InlineData(64, 1, 64)]
    [InlineData(40, 0.5, 24)]
    [InlineData(64, 0.01, 8)]
    public void Count_PartKept_IsAMultipleOfEightWithinTheChannels(int channels, double kept, int expected) =>
        Assert.Equal(expected, ChannelSelection.Count(channels, kept));
}
