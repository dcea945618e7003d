using EdgeRestore.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Readings;

/// <summary>Keeps what goes into one named layer: features to distil from and into.</summary>
internal sealed class TappedReading(
    IReadOnlyDictionary<string, Tensor> parameters, ScalarType computeType, string layer, double gateTemperature = 1)
    : TorchReading(parameters, computeType, gateTemperature)
{
    private readonly string _weight = $"{layer}.weight";
    private Tensor? _tappedWeight;

    /// <summary>(N, C, H, W), once the network was read; none where it has no such layer.</summary>
    public Tensor? Features { get; private set; }

    public override Tensor Parameter(string name, long[] shape, Initialization initialization)
    {
        var parameter = base.Parameter(name, shape, initialization);
        if (name == _weight)
        {
            _tappedWeight = parameter;
        }

        return parameter;
    }

    public override Tensor Conv2d(
        Tensor x, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, int groups = 1)
    {
        if (ReferenceEquals(weight, _tappedWeight))
        {
            Features = x;
        }

        return base.Conv2d(x, weight, bias, stride, padding, groups);
    }
}
