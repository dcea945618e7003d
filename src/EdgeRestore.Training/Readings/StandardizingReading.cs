using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Readings;

/// <summary>
/// Rescales fresh weights, in place and layer by layer, so that every biased layer gives outputs of mean 0 and
/// deviation 1 on the data at hand (data-dependent initialisation, arXiv 1511.06856).
/// </summary>
internal sealed class StandardizingReading(IReadOnlyDictionary<string, Tensor> parameters)
    : TorchReading(parameters, ScalarType.Float32)
{
    private const double DeviationMin = 1e-4;

    public override Tensor Conv2d(
        Tensor x, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, int groups = 1) =>
        Standardize(base.Conv2d(x, weight, bias, stride, padding, groups), weight, bias);

    public override Tensor Linear(Tensor x, Tensor weight, Tensor? bias) =>
        Standardize(base.Linear(x, weight, bias), weight, bias);

    // y: (N, C, ...); weight: (C, ...)
    private static Tensor Standardize(Tensor y, Tensor weight, Tensor? bias)
    {
        if (bias is null)
        {
            return y;
        }

        var perChannel = y.transpose(0, 1).reshape(y.shape[1], -1);
        var mean = perChannel.mean([1]);
        var deviation = perChannel.sub(mean.unsqueeze(1)).square().mean([1]).sqrt().clamp_min(DeviationMin);
        weight.div_(deviation.view([-1, .. Enumerable.Repeat(1L, weight.shape.Length - 1)]));
        bias.sub_(mean).div_(deviation);
        long[] shape = [1, -1, .. Enumerable.Repeat(1L, y.shape.Length - 2)];
        return y.sub(mean.view(shape)).div(deviation.view(shape));
    }
}
