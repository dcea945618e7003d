using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Tests;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Losses;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tests.Readings;

public sealed class TorchReadingTests
{
    // What the contract between the readings and the published fixtures allow in float32.
    private const double OutputTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    // Eight bits of mantissa over some forty layers; a wrong operator is off by more.
    private const double BFloat16Tolerance = 0.05;

    [Theory]
    [InlineData(32, 48)]
    [InlineData(37, 51)]
    [InlineData(19, 64)]
    public void Restore_EdgeNetwork_EqualsItsOnnxReading(int height, int width)
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        var weights = RandomWeights(InitialWeights.Of(network, seed: 3));
        var image = TestTensors.Image(2, 3, height, width);
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights));
        var (expected, _) = run.Restore(image, 0, 9);

        var actual = Restore(network, weights, image, ScalarType.Float32, 0, 9);

        Assert.InRange(TestTensors.MaxDifference(expected, actual), 0, OutputTolerance);
    }

    [Theory]
    [InlineData(33, 64)]
    [InlineData(45, 70)]
    public void Restore_ImportedSymUNetAtASizeThatNeedsPadding_EqualsItsOnnxReading(int height, int width)
    {
        var (network, weights) = GoldenWeights.SymUNet;
        var image = TestTensors.Image(2, 3, height, width);
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights));
        var (expected, _) = run.Restore(image);

        var actual = Restore(network, weights, image, ScalarType.Float32);

        Assert.InRange(TestTensors.MaxDifference(expected, actual), 0, OutputTolerance);
    }

    [Fact]
    public void Restore_BFloat16_StaysNearFloat32()
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        var weights = InitialWeights.Of(network, seed: 3);
        var image = TestTensors.Image(1, 3, 40, 40);

        var expected = Restore(network, weights, image, ScalarType.Float32, 4);
        var actual = Restore(network, weights, image, ScalarType.BFloat16, 4);

        Assert.InRange(TestTensors.MaxDifference(expected, actual), 1e-7, BFloat16Tolerance);
    }

    [Fact]
    public void Backward_PublishedImplementation_IsMatchedInLossAndGradients()
    {
        var golden = NamedTensors.Read("Golden/symunet_w8.io.safetensors");
        var (network, weights) = GoldenWeights.SymUNet;
        var layout = ParameterVector.Of(weights);
        using var vector = torch.tensor(layout.Pack(weights)).requires_grad_(true);
        var target = TestTensors.ToTorch(golden["target"]);

        // The published code weighs patches of any size as those of 128 x 128.
        var published = new LossRecipe
        {
            Fourier = 0.1 / RestorationLoss.FourierWeightFor(1, target.shape[2], target.shape[3]),
        };

        var restored = network.Restore(
            new TorchReading(layout.Bind(vector, ScalarType.Float32), ScalarType.Float32),
            TestTensors.ToTorch(golden["input"]));
        RestorationLoss.Compute(restored, target, published).backward();

        Assert.InRange(
            TestTensors.MaxDifference(golden["output"].Values, TestTensors.ToArray(restored)), 0, OutputTolerance);
        AssertNear(golden.Metadata["l1"], RestorationLoss.L1(restored, target));
        AssertNear(golden.Metadata["fft_l1"], RestorationLoss.FourierL1(restored, target));
        AssertNear(golden.Metadata["loss"], RestorationLoss.Compute(restored, target, published));
        var gradients = layout.Unpack(TestTensors.ToArray(vector.grad!));
        foreach (var expected in golden.Where(tensor => tensor.Name.StartsWith("grad.", StringComparison.Ordinal)))
        {
            var scale = expected.Values.Max(value => Math.Abs((double)value));
            var difference = TestTensors.MaxDifference(
                expected.Values, gradients[expected.Name["grad.".Length..]].Values);
            Assert.True(difference <= GradientTolerance * scale, $"{expected.Name}: {difference} of {scale}.");
        }
    }

    [Fact]
    public void TopKGate_Ties_KeepTheLowerIndex()
    {
        using var logits = torch.tensor([0.5f, 1f, 0.5f, 0.5f], [1, 4]);

        var gate = TestTensors.ToArray(Reading().TopKGate(logits, 2));

        Assert.Equal([true, true, false, false], gate.Select(value => value != 0));
    }

    [Fact]
    public void TopKGate_Backward_ReachesChannelsThatAreNotSelected()
    {
        using var logits = torch.tensor([2f, 1f, -1f], [1, 3]).requires_grad_(true);

        Reading().TopKGate(logits, 2).sum().backward();

        Assert.All(TestTensors.ToArray(logits.grad!), gradient => Assert.True(gradient > 0));
    }

    // The target is made of channels 1 and 4; training starts with 0 and 2.
    [Fact]
    public void TopKGate_Descent_FindsTheChannelsThatMatter()
    {
        var random = new Random(2);
        var features = torch.tensor([.. Enumerable.Range(0, 64 * 6).Select(_ => random.NextSingle() - 0.5f)], [64, 6]);
        var target = features.narrow(1, 1, 1).add(features.narrow(1, 4, 1));
        using var logits = torch.tensor([0.3f, -0.1f, 0.3f, 0f, -0.1f, 0f], [1, 6]).requires_grad_(true);
        for (var step = 0; step < 200; step++)
        {
            using var scope = torch.NewDisposeScope();
            var error = features.mul(Reading().TopKGate(logits, 2)).sum([1], keepdim: true).sub(target).square().mean();
            error.backward();
            using (torch.no_grad())
            {
                logits.sub_(logits.grad!.mul(0.5));
            }

            logits.grad!.zero_();
        }

        var gates = TestTensors.ToArray(Reading().TopKGate(logits, 2));

        Assert.Equal([false, true, false, false, true, false], gates.Select(gate => gate != 0));
        Assert.InRange(gates[1], 0.8f, 1.2f);
    }

    [Fact]
    public void Parameter_OtherShape_NamesBothShapes()
    {
        var reading = new TorchReading(
            new Dictionary<string, Tensor> { ["intro.weight"] = torch.zeros(4, 3, 3, 3) }, ScalarType.Float32);

        var exception = Assert.Throws<EdgeRestoreException>(
            () => reading.Parameter("intro.weight", [8, 3, 3, 3], Initialization.Zeros));

        Assert.Contains("(4, 3, 3, 3)", exception.Message);
        Assert.Contains("(8, 3, 3, 3)", exception.Message);
    }

    private static TorchReading Reading() => new(new Dictionary<string, Tensor>(), ScalarType.Float32);

    private static float[] Restore(
        RestorationNetwork network, NamedTensors weights, NamedTensor image, ScalarType type, params long[] prompt)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var layout = ParameterVector.Of(weights);
        var reading = new TorchReading(layout.Bind(torch.tensor(layout.Pack(weights)), type), type);
        return TestTensors.ToArray(network.Restore(
            reading, TestTensors.ToTorch(image), network.TakesPrompt ? torch.tensor(prompt) : null));
    }

    // Fresh weights leave the selection blocks at zero, where nothing could be seen of them.
    private static NamedTensors RandomWeights(NamedTensors weights)
    {
        var random = new Random(5);
        foreach (var tensor in weights)
        {
            for (var index = 0; index < tensor.Values.Length; index++)
            {
                tensor.Values[index] += (random.NextSingle() - 0.5f) * 0.1f;
            }
        }

        return weights;
    }

    private static void AssertNear(string expected, Tensor actual) => Assert.Equal(
        double.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), actual.item<float>(), 1e-4);
}
