using EdgeRestore.Networks;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Losses;
using EdgeRestore.Training.Readings;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tests.Losses;

public sealed class SelectionBalanceTests
{
    // So steep that use is 0 or 1 but for the channel at the threshold, which counts a half.
    private const double Steep = 1e-4;

    [Fact]
    public void OfLogits_SameChannelsForAll_IsTheVariationOfTheirUse()
    {
        using var logits = torch.tensor([2f, 1f, -1f, -2f, 2f, 1f, -1f, -2f], [2, 4]);

        // Use 1, 1/2, 0, 0: mean 3/8, mean square 5/16.
        Assert.Equal((5.0 / 16) / (9.0 / 64) - 1, SelectionBalance.OfLogits(logits, 2, Steep).item<float>(), 1e-4);
    }

    [Fact]
    public void OfLogits_AllChannelsUsedAlike_IsZero()
    {
        using var logits = torch.tensor([2f, 2f, -1f, -1f, -1f, -1f, 2f, 2f], [2, 4]);

        Assert.Equal(0, SelectionBalance.OfLogits(logits, 2, Steep).item<float>(), 1e-6);
    }

    [Theory]
    [InlineData("csnet-s")]
    [InlineData("edge-xs")]
    public void Compute_Descent_EvensTheUseAndMovesOnlyWhatDecides(string preset)
    {
        var network = NetworkPresets.Create(preset);
        var weights = InitialWeights.Of(network, seed: 2);
        var layout = ParameterVector.Of(weights);
        using var vector = torch.tensor(layout.Pack(weights)).requires_grad_(true);

        var before = Unevenness(vector);
        before.backward();

        var gradient = layout.Unpack(TestTensors.ToArray(vector.grad!));
        Assert.All(gradient, tensor => Assert.Equal(
            network.DecidesSelection(tensor.Name), Array.Exists(tensor.Values, value => value != 0)));
        using var moved = vector.detach().sub(vector.grad!.mul(0.05)).requires_grad_(true);
        Assert.True(Unevenness(moved).item<float>() < before.item<float>());

        Tensor Unevenness(Tensor values) => SelectionBalance.Compute(
            network, new TorchReading(layout.Bind(values, ScalarType.Float32), ScalarType.Float32), temperature: 1)!;
    }

    [Fact]
    public void Compute_NetworkThatSelectsNothing_IsNone() => Assert.Null(SelectionBalance.Compute(
        new SymUNet(SymUNetConfig.ExtraSmall),
        new TorchReading(new Dictionary<string, Tensor>(), ScalarType.Float32),
        temperature: 1));
}
