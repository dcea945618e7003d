using EdgeRestore.Degradations;
using EdgeRestore.Networks;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EdgeRestore.Training.Readings;

/// <summary>What a training step reads otherwise than a measurement does: batch norms and dropped channels.</summary>
/// <remarks>
/// With the batch's own statistics, running ones are counted beside: as PyTorch does, a tenth of the new, the variance
/// that of a sample. The step writes them back; nothing here changes a parameter.
/// </remarks>
internal sealed class TrainingReading(
    IReadOnlyDictionary<string, Tensor> parameters, ScalarType computeType, ClassifierReadingMode mode)
    : TorchReading(parameters, computeType)
{
    // PyTorch's default, which OneRestore keeps.
    private const double Momentum = 0.1;

    private readonly Dictionary<Tensor, string> _names = new(ReferenceEqualityComparer.Instance);
    private int _dropCount;

    /// <summary>Statistics as they are after this batch, by the names of their parameters.</summary>
    public Dictionary<string, Tensor> Running { get; } = new(StringComparer.Ordinal);

    public override Tensor Parameter(string name, long[] shape, Initialization initialization)
    {
        var parameter = base.Parameter(name, shape, initialization);
        _names[parameter] = name;
        return parameter;
    }

    public override Tensor BatchNorm(Tensor x, BatchStatistics<Tensor> statistics, double eps)
    {
        if (!mode.CountsStatistics)
        {
            return base.BatchNorm(x, statistics, eps);
        }

        var mean = statistics.Mean.detach().clone();
        var variance = statistics.Variance.detach().clone();
        Running[_names[statistics.Mean]] = mean;
        Running[_names[statistics.Variance]] = variance;
        return As(
            F.batch_norm(
                As(x, ScalarType.Float32), mean, variance, statistics.Weight, statistics.Bias,
                training: true, momentum: Momentum, eps: eps),
            ComputeType);
    }

    // x: (N, C, H, W); what stays is scaled, so that its expectation is that of x
    public override Tensor DropChannels(Tensor x)
    {
        if (mode.Dropout == 0)
        {
            return x;
        }

        var prng = new Prng(Prng.Combine(mode.Seed, (ulong)_dropCount++));
        var mask = new float[x.shape[0] * x.shape[1]];
        for (var index = 0; index < mask.Length; index++)
        {
            mask[index] = prng.NextDouble() < mode.Dropout ? 0 : (float)(1 / (1 - mode.Dropout));
        }

        return Multiply(x, torch.tensor(mask, [x.shape[0], x.shape[1], 1, 1]).to(x.device));
    }
}

/// <param name="CountsStatistics">Batch norms take the batch's statistics; else those that are given.</param>
/// <param name="Dropout">Part of the channels that is dropped.</param>
/// <param name="Seed">Of what is dropped: a function of the run's seed and the step's position.</param>
internal readonly record struct ClassifierReadingMode(bool CountsStatistics, double Dropout, ulong Seed);
