using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Networks.Tests.Exports;

/// <summary>The ONNX reading in ONNX Runtime against the reference reading of the same definition.</summary>
public sealed class OnnxReadingTests
{
    // float32 against double over some thirty layers, outputs of about 1.
    private const float Tolerance = 1e-4f;

    // A narrow network: the reference is slow. Odd sizes, both sides padded.
    private static readonly EdgeNetworkConfig Narrow = EdgeNetworkConfig.ExtraSmall with
    {
        Width = 8,
        EncoderBlocks = [1, 1],
        MiddleBlocks = 1,
        DecoderBlocks = [1, 1],
    };

    public static TheoryData<string> Networks => ["selecting", "blind", "no top attention", "static"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Output_EdgeNetworkAtAnOddSize_IsThatOfTheDefinition(string kind)
    {
        RestorationNetwork network = kind switch
        {
            "selecting" => new EdgeNetwork(Narrow),
            "blind" => new EdgeNetwork(Narrow with { Selection = null }),
            "static" => new StaticEdgeNetwork(Narrow),
            _ => new EdgeNetwork(Narrow with { TopLevelAttention = false }),
        };
        var weights = TestTensors.Trained(network, seed: 11);
        var image = TestTensors.Image(12, 2, 3, 13, 19);
        long[] prompt = network.TakesPrompt ? [4, 11] : [];
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights));

        var (output, shape) = run.Restore(image, prompt);

        var expected = network.Restore(
            new ReferenceReading(weights),
            ReferenceReading.Input(image),
            network.TakesPrompt ? ReferenceReading.Prompt(prompt) : null);
        Assert.Equal(expected.Shape, shape);
        TestTensors.Close([.. expected.Values.Select(value => (float)value)], output, Tolerance);
    }

    [Fact]
    public void Output_Classifier_IsThatOfTheDefinition()
    {
        var network = new DpgNet(new() { Widths = [4, 6, 8], EmbeddingSize = 10, Temperature = 0.1 });
        var weights = InitialWeights.Of(network, seed: 2);
        var thumbnail = Bytes(DpgNet.ThumbnailSide, 21);
        var crops = Bytes(DpgNet.CropsSide, 22);
        using var run = new OnnxRun(ClassifierExport.ToServing(network, weights));

        var found = run.Run<float>(
            ["probabilities", "embedding"],
            ("thumbnail", OrtValue.CreateTensorValueFromMemory(thumbnail, [1, 128, 128, 3])),
            ("crops", OrtValue.CreateTensorValueFromMemory(crops, [1, 192, 192, 3])));

        var r = new ReferenceReading(weights);
        var (embedding, logits) = network.Classify(r, Planes(thumbnail, 128), Planes(crops, 192));
        Assert.Equal([1, 13], found["probabilities"].Shape);
        TestTensors.Close(
            [.. r.Softmax(logits, 1).Values.Select(value => (float)value)], found["probabilities"].Values, 1e-4f);
        TestTensors.Close([.. embedding.Values.Select(value => (float)value)], found["embedding"].Values, 1e-5f);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PixelUnshuffle_ThenShuffle_FollowsTheIndexLawAndInverts(bool shuffleBack)
    {
        var image = TestTensors.Image(1, 2, 3, 4, 6);
        var builder = new GraphBuilder("pixels");
        var reading = new OnnxReading(builder, new());
        var input = OnnxReading.Value(builder.Input("image", ElementType.Float, 2, 3, 4, 6), 2, 3, 4, 6);
        var shuffled = reading.PixelUnshuffle(input, 2);
        var result = shuffleBack ? reading.PixelShuffle(shuffled, 2) : shuffled;
        builder.Output(reading.NameOf(result), "output", ElementType.Float, "n", "c", "h", "w");
        using var run = new OnnxRun(new OnnxFile(builder.Graph));

        var (values, shape) = run.Restore(image);

        if (shuffleBack)
        {
            Assert.Equal(image.Values, values);
            return;
        }

        Assert.Equal([2, 12, 2, 3], shape);
        for (var index = 0; index < values.Length; index++)
        {
            var (n, channel, y, x) = (index / 72, index / 6 % 12, index / 3 % 2, index % 3);
            var (c, i, j) = (channel / 4, channel / 2 % 2, channel % 2);
            Assert.Equal(image.Values[((n * 3 + c) * 4 + 2 * y + i) * 6 + 2 * x + j], values[index]);
        }
    }

    [Fact]
    public void Parameter_OfAnotherShape_SaysBoth()
    {
        var weights = InitialWeights.Of(new EdgeNetwork(Narrow), seed: 1);

        var error = Assert.Throws<EdgeRestoreException>(
            () => RestorationExport.ToFloat(new EdgeNetwork(Narrow with { Width = 16 }), weights));

        Assert.Equal(
            "Weight 'intro.weight' has shape (8, 12, 3, 3), the network needs (16, 12, 3, 3). Weights and network "
            + "configuration must come from the same training.",
            error.Message);
    }

    private static byte[] Bytes(int side, int seed)
    {
        var bytes = new byte[side * side * 3];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static ReferenceTensor Planes(byte[] bytes, int side) => new([1, 3, side, side],
    [
        .. Enumerable.Range(0, 3).SelectMany(channel =>
            Enumerable.Range(0, side * side).Select(pixel => bytes[3 * pixel + channel] / 255.0)),
    ]);
}
