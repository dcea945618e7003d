using EdgeRestore.Networks;
using EdgeRestore.Networks.Tests;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Readings;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tests.Readings;

public sealed class DpgResNetTests
{
    [Fact]
    public void Classify_OddSide_IsThatOfTheDefinitionAndTrainsAllButStatistics()
    {
        var network = new DpgResNet(new() { Side = 29, Widths = [4, 6], Hidden = 10, EmbeddingSize = 7 });
        var weights = InitialWeights.Of(network, seed: 2);

        // Means below those that the inputs have: above, every ReLU would be shut.
        foreach (var tensor in weights.Where(tensor => DpgResNet.IsStatistic(tensor.Name)))
        {
            tensor.Values.AsSpan().Fill(tensor.Name.EndsWith("mean", StringComparison.Ordinal) ? -0.3f : 0.5f);
        }

        var image = TestTensors.Image(1, 3, 29, 29);
        var layout = ParameterVector.Of(weights);
        using var vector = torch.tensor(layout.Pack(weights)).requires_grad_(true);

        var (embedding, logits) = network.Classify(
            new TorchReading(layout.Bind(vector, ScalarType.Float32), ScalarType.Float32), TestTensors.ToTorch(image));
        logits.square().sum().backward();

        var expected = network.Classify(new ReferenceReading(weights), ReferenceReading.Input(image));
        Assert.InRange(Difference(expected.Embedding, embedding), 0, 1e-4);
        Assert.InRange(Difference(expected.Logits, logits), 0, 1e-3);
        Assert.All(
            layout.Unpack(TestTensors.ToArray(vector.grad!)),
            tensor => Assert.Equal(
                !DpgResNet.IsStatistic(tensor.Name), Array.Exists(tensor.Values, value => value != 0)));
    }

    private static double Difference(ReferenceTensor expected, Tensor actual) => TestTensors.MaxDifference(
        [.. expected.Values.Select(value => (float)value)], TestTensors.ToArray(actual));
}
