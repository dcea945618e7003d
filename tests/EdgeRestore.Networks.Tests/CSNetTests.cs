using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests;

public sealed class CSNetTests
{
    [Fact]
    public void Restore_PublishedRestormer_HasThePublishedParametersAndMacs()
    {
        var cost = NetworkCost.Of(NetworkPresets.Create("restormer"));

        // 26.13 M in the paper; this number and the MACs, matrix products included, counted from the published code.
        Assert.Equal(26_126_644, cost.Parameters);
        Assert.Equal(154.9, cost.Macs / 1e9, 0.05);
    }

    // 30.06 M in CSNet's tables. Our contraction has a column for each expanded channel, where the figure's has one for
    // each place among the selected: C (2C - C) more per block, and biases.
    [Fact]
    public void Restore_Published_HasThePublishedParametersButForColumnsOfUnselectedChannels()
    {
        long[] channels = [48, 96, 192, 384];
        const long Prompt = 512;
        const long Table = 12 * Prompt;
        var withoutBiases = 26_126_644 + channels.Sum(c =>
            2 * c * c + c * c + (Prompt * Prompt + Prompt * 2 * c) + (Prompt * Prompt + Prompt * c)
            + (3 * c * (3 * c / 16) + 3 * c / 16 * c));
        var biases = channels.Sum(c => 2 * c + c + (Prompt + 2 * c) + (Prompt + c) + (3 * c / 16 + c));
        var columns = channels.Sum(c => c * c);

        var cost = NetworkCost.Of(NetworkPresets.Create("csnet"));

        Assert.Equal(30.06, withoutBiases / 1e6, 0.005);
        Assert.Equal(withoutBiases + biases + columns + Table, cost.Parameters);
    }

    [Theory]
    [InlineData(41, 67, false)]
    [InlineData(5, 64, true)]
    public void Restore_OddSize_GivesTheSizeBack(int height, int width, bool takesEmbedding) => Assert.Equal(
        [2, 3, height, width],
        new CSNet(CSNetConfig.Small) { TakesEmbedding = takesEmbedding }.Restore(
            new ShapeReading(),
            ShapeReading.Input(2, 3, height, width),
            takesEmbedding ? ShapeReading.Input(2, 64) : ShapeReading.Input(2)).Sizes);

    [Fact]
    public void Restore_RowOrItsVector_IsTheSame()
    {
        var network = new CSNet(NarrowNetworks.CSNet);
        var weights = TestTensors.Trained(network, seed: 8);
        var image = ReferenceReading.Input(TestTensors.Image(9, 2, 3, 9, 7));
        var table = weights[CSNet.PromptTable].Values;
        ReferenceTensor vectors = new([2, 6], [.. table[18..24].Concat(table[60..66]).Select(value => (double)value)]);

        var byRow = network.Restore(new ReferenceReading(weights), image, ReferenceReading.Prompt(3, 10));
        var byVector = new CSNet(NarrowNetworks.CSNet) { TakesEmbedding = true }.Restore(
            new ReferenceReading(weights), image, vectors);

        Assert.Equal(byRow.Values, byVector.Values);
    }

    [Fact]
    public void Selections_Network_AreThoseThatItSelectsBy()
    {
        var network = new CSNet(NarrowNetworks.CSNet);

        var selections = network.Selections(new ShapeReading());

        Assert.Equal(["csb.0", "csb.1", "csb.2"], selections.Select(selection => selection.Name));
        Assert.Equal([8, 16, 32], selections.Select(selection => selection.Count));
        Assert.All(selections, selection => Assert.Equal([12, 2 * selection.Count], selection.Logits.Sizes));
    }

    [Fact]
    public void Selections_EdgeNetwork_AreItsTables()
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        var reading = new ShapeReading();

        network.Selections(reading);

        Assert.Equal(
            ShapeReading.Of(network).Parameters.Select(parameter => parameter.Name)
                .Where(network.DecidesSelection).Order(StringComparer.Ordinal),
            reading.Parameters.Select(parameter => parameter.Name).Order(StringComparer.Ordinal));
        Assert.Empty(new EdgeNetwork(network.Config with { Selection = null }).Selections(new ShapeReading()));
    }

    [Fact]
    public void DecidesSelection_Parameters_AreThoseBehindTheScores()
    {
        var names = ShapeReading.Of(new CSNet(NarrowNetworks.CSNet)).Parameters.Select(parameter => parameter.Name)
            .ToArray();
        var learnt = new CSNet(NarrowNetworks.CSNet);
        var given = new CSNet(NarrowNetworks.CSNet with { Prompts = PromptSource.Given });

        // Two linear layers of weight and bias in three blocks, and the prompts.
        Assert.Equal(3 * 4 + 1, names.Count(learnt.DecidesSelection));
        Assert.DoesNotContain(names, learnt.IsGiven);
        Assert.Equal(["prompts"], names.Where(given.IsGiven));
    }
}
