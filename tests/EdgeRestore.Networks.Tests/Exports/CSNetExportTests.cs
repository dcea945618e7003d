using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class CSNetExportTests
{
    // float32 against double over some thirty layers, outputs of about 1.
    private const float Tolerance = 1e-4f;

    [Theory]
    [InlineData(false, 13, 19)]
    [InlineData(true, 8, 11)]
    public void Output_OddSize_IsThatOfTheDefinition(bool activation, int height, int width)
    {
        var network = new CSNet(NarrowNetworks.CSNet with { Activation = activation });
        var weights = TestTensors.Trained(network, seed: 11);
        var image = TestTensors.Image(12, 2, 3, height, width);
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights));

        var (output, shape) = run.Restore(image, 4, 11);

        var expected = network.Restore(
            new ReferenceReading(weights), ReferenceReading.Input(image), ReferenceReading.Prompt(4, 11));
        Assert.Equal(expected.Shape, shape);
        TestTensors.Close([.. expected.Values.Select(value => (float)value)], output, Tolerance);
        Assert.True(
            output.Zip(run.Restore(image, 5, 0).Values).Max(pair => Math.Abs(pair.First - pair.Second)) > 0.01,
            "The prompt changes next to nothing, so this test would pass without it.");
    }

    [Fact]
    public void Output_EmbeddingInPlaceOfARow_IsThatOfTheDefinition()
    {
        var network = new CSNet(NarrowNetworks.CSNet) { TakesEmbedding = true };
        var weights = TestTensors.Trained(network, seed: 11);
        var image = TestTensors.Image(12, 2, 3, 13, 19);
        var embedding = TestTensors.Vectors("embedding", 13, 2, 6);
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights));

        var (output, _) = run.Restore(image, embedding);

        var expected = network.Restore(
            new ReferenceReading(weights), ReferenceReading.Input(image), ReferenceReading.Input(embedding));
        TestTensors.Close([.. expected.Values.Select(value => (float)value)], output, Tolerance);
    }

    [Fact]
    public void Output_EmbeddingOfAnotherLength_IsBroughtToThatOfThePrompts()
    {
        var config = NarrowNetworks.CSNet;
        var weights = TestTensors.Trained(new CSNet(config), seed: 11);
        var image = TestTensors.Image(12, 1, 3, 13, 19);
        var row = weights[CSNet.PromptTable].Values.AsSpan(4 * config.PromptSize, config.PromptSize).ToArray();
        var unsnapped = new CSNet(config)
        {
            TakesEmbedding = true,
            EmbeddingLength = PromptVectors.MeanLength(row, config.PromptSize),
        };
        using var snapped = new OnnxRun(RestorationExport.ToFloat(new CSNet(config), weights));
        using var run = new OnnxRun(RestorationExport.ToFloat(unsnapped, weights));

        var (output, _) = run.Restore(
            image, new NamedTensor("embedding", [1, config.PromptSize], [.. row.Select(value => 3 * value)]));

        TestTensors.Close(snapped.Restore(image, 4).Values, output, Tolerance);
    }

    [Fact]
    public void Output_Restormer_IsThatOfTheDefinition()
    {
        var network = new Restormer(NarrowNetworks.CSNet.Body);
        var weights = TestTensors.Trained(network, seed: 11);
        var image = TestTensors.Image(12, 1, 3, 15, 6);
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights));

        var (output, _) = run.Restore(image);

        var expected = network.Restore(new ReferenceReading(weights), ReferenceReading.Input(image));
        TestTensors.Close([.. expected.Values.Select(value => (float)value)], output, Tolerance);
    }
}
