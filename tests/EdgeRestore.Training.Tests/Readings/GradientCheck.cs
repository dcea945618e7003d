using EdgeRestore.Networks;
using EdgeRestore.Networks.Tests;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Readings;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tests.Readings;

/// <summary>
/// Outputs and gradients of the Torch reading against the reference reading, which is in double precision and shares no
/// code with Torch: gradients against differences of outputs along a direction per parameter.
/// </summary>
internal sealed class GradientCheck
{
    private const double OutputTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    // Differences are exact in the direction (it is taken from the rounded weights) and off by Step squared besides.
    private const double Step = 1e-3;

    private readonly RestorationNetwork _network;
    private readonly NamedTensors _weights;
    private readonly NamedTensor _image;
    private readonly NamedTensor? _prompt;
    private readonly NamedTensor _probe;

    public GradientCheck(RestorationNetwork network, NamedTensors weights, NamedTensor image, NamedTensor? prompt)
    {
        _network = network;
        _weights = weights;
        _image = image;
        _prompt = prompt;

        // The loss is the output weighed by this, so that no two outputs can stand for each other.
        _probe = new NamedTensor("probe", image.Shape, [.. TestTensors.Image(image.Shape).Values.Reverse()]);
    }

    /// <summary>Checks the output, and the gradients of parameters by their names.</summary>
    public void Run(params string[] names)
    {
        var layout = ParameterVector.Of(_weights);
        using var vector = torch.tensor(layout.Pack(_weights)).requires_grad_(true);
        var prompt = _prompt is null ? null : TestTensors.ToTorch(_prompt);
        if (_network.Prompt == PromptDefinition.Degradation)
        {
            prompt = prompt!.to(ScalarType.Int64);
        }

        var output = _network.Restore(
            new TorchReading(layout.Bind(vector, ScalarType.Float32), ScalarType.Float32),
            TestTensors.ToTorch(_image),
            prompt);
        output.mul(TestTensors.ToTorch(_probe)).sum().backward();

        var expected = Restore(_weights).Values.Select(value => (float)value).ToArray();
        Assert.InRange(TestTensors.MaxDifference(expected, TestTensors.ToArray(output)), 0, OutputTolerance);
        var gradients = layout.Unpack(TestTensors.ToArray(vector.grad!));
        Assert.All(names, name => CheckParameter(name, gradients[name].Values));
    }

    private void CheckParameter(string name, float[] gradient)
    {
        var (high, low) = (Moved(name, Step), Moved(name, -Step));
        var predicted = gradient
            .Select((value, index) => value * ((double)high[name].Values[index] - low[name].Values[index])).Sum();

        var found = Loss(high) - Loss(low);

        // The terms of the sum count too: they may cancel in it.
        var terms = gradient
            .Select((value, index) => Math.Abs(value * ((double)high[name].Values[index] - low[name].Values[index])))
            .Sum() / Math.Sqrt(gradient.Length);
        var scale = Math.Max(terms, Math.Abs(found));
        Assert.True(scale > 1e-7, $"{name}: no gradient worth checking ({scale:e2}).");
        Assert.True(
            Math.Abs(predicted - found) <= GradientTolerance * scale,
            $"{name}: the gradient predicts a change of {predicted:e4}, found {found:e4}, terms of {scale:e2}.");
    }

    private NamedTensors Moved(string name, double step)
    {
        var random = new Random(17);
        var result = new NamedTensors();
        foreach (var tensor in _weights)
        {
            result.Add(tensor.Name == name
                ? new NamedTensor(
                    name, tensor.Shape, [.. tensor.Values.Select(value => value + (float)(step * Sign(random)))])
                : tensor);
        }

        return result;
    }

    private static int Sign(Random random) => random.Next(2) == 0 ? 1 : -1;

    private double Loss(NamedTensors weights) =>
        Restore(weights).Values.Zip(_probe.Values, (value, weight) => value * weight).Sum();

    private ReferenceTensor Restore(NamedTensors weights) => _network.Restore(
        new ReferenceReading(weights),
        ReferenceReading.Input(_image),
        _prompt is null ? null : ReferenceReading.Input(_prompt));
}
