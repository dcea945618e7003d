using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class DpgResNetTests
{
    private const float Tolerance = 1e-4f;

    /// <summary>An odd side, so that windows and strides end in the middle.</summary>
    private static readonly DpgResNet Narrow = new(new()
    {
        Side = 37,
        Widths = [4, 6, 8],
        Hidden = 10,
        EmbeddingSize = 7,
        Temperature = 0.2,
    });

    [Fact]
    public void Classify_PublishedSizes_HasThePublishedParametersAndMacs()
    {
        var network = new DpgResNet(new());
        var parameters = ShapeReading.Of(network).Parameters;

        // torchvision's resnet18 has 11,689,512, its last layer (512 x 1000 + 1000) is not there; the embedding behind
        // it is 512 x 1024, a norm of 2 x 1024 and 1024 x 512 + 512.
        var trained = parameters.Where(
            parameter => !DpgResNet.IsStatistic(parameter.Name) && parameter.Name != "prototypes");
        Assert.Equal(
            11_689_512 - 513_000 + 512 * 1024 + 2 * 1024 + 1024 * 512 + 512,
            trained.Sum(parameter => parameter.ElementCount));

        // 1.814 GMAC with its last layer at 224x224 (torchvision's table of models).
        var embedding = 512 * 1024 * 49 + 1024 * 512 + 512 * 13;
        Assert.Equal(1.814, (NetworkCost.Of(network).Macs - embedding + 512_000) / 1e9, 0.001);
        Assert.Contains(parameters, parameter => parameter.Name == "feat_extractor.block4.0.downsample.1.running_var");
    }

    [Fact]
    public void Output_Graph_IsThatOfTheDefinition()
    {
        var weights = Weights();
        var random = new Random(3);
        var bytes = new byte[2 * 37 * 37 * 3];
        random.NextBytes(bytes);
        ReferenceTensor image = new([2, 3, 37, 37],
        [
            .. from n in Enumerable.Range(0, 2)
               from channel in Enumerable.Range(0, 3)
               from pixel in Enumerable.Range(0, 37 * 37)
               select bytes[3 * (n * 37 * 37 + pixel) + channel] / 255.0,
        ]);
        using var run = new OnnxRun(ClassifierExport.ToServing(Narrow, weights));

        var found = run.Run<float>(
            ["probabilities", "embedding"],
            ("image", OrtValue.CreateTensorValueFromMemory(bytes, [2, 37, 37, 3])));

        var r = new ReferenceReading(weights);
        var (embedding, logits) = Narrow.Classify(r, image);
        Assert.Equal([2, 13], found["probabilities"].Shape);
        Assert.Equal([2, 7], found["embedding"].Shape);
        TestTensors.Close(
            [.. r.Softmax(logits, 1).Values.Select(value => (float)value)], found["probabilities"].Values, Tolerance);
        TestTensors.Close(
            [.. embedding.Values.Select(value => (float)value)], found["embedding"].Values, Tolerance);
    }

    [Fact]
    public void ToJson_ThenParse_GivesTheSameNetwork() => Assert.Equal(
        Narrow.Config.ToJson(), NetworkConfigJson.ParseDpgResNet(Narrow.Config.ToJson()).ToJson());

    // Statistics as a trained trunk has them: a mean of 0 and a variance of 1 would hide mistakes. Below what the
    // inputs have: above, every ReLU would be shut.
    private static NamedTensors Weights()
    {
        var random = new Random(4);
        var weights = InitialWeights.Of(Narrow, seed: 2);
        foreach (var tensor in weights.Where(tensor => tensor.Shape.Length == 1))
        {
            foreach (ref var value in tensor.Values.AsSpan())
            {
                var change = random.NextSingle() / 2;
                value += tensor.Name.EndsWith("mean", StringComparison.Ordinal) ? -change : change;
            }
        }

        return weights;
    }
}
