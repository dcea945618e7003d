using EdgeRestore.Training.Readings;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Loop;

/// <summary>Everything that a run changes, and hence everything that a checkpoint keeps.</summary>
/// <remarks>
/// No random generator is part of it: every sample is a function of the recipe's seed and its position, so the position
/// is the generator's state.
/// </remarks>
internal sealed class TrainingState : IDisposable
{
    public TrainingState(ParameterVector layout, float[] values, Device device)
        : this(layout, values, values, new float[layout.Length], new float[layout.Length], device)
    {
    }

    public TrainingState(
        ParameterVector layout,
        float[] values,
        float[] average,
        float[] firstMoment,
        float[] secondMoment,
        Device device)
    {
        Layout = layout;
        Values = torch.tensor(values).to(device).requires_grad_(true);
        Average = torch.tensor(average).to(device);
        FirstMoment = torch.tensor(firstMoment).to(device);
        SecondMoment = torch.tensor(secondMoment).to(device);
    }

    public ParameterVector Layout { get; }

    public Tensor Values { get; }

    /// <summary>The exponential moving average of the values: what is validated and exported.</summary>
    public Tensor Average { get; }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    public TrainingCounters Counters { get; set; } = new();

    /// <summary>Lets the average start from the weights as they are now.</summary>
    public void ResetAverage()
    {
        using var _ = torch.no_grad();
        Average.copy_(Values);
    }

    public static float[] ToArray(Tensor vector)
    {
        using var _ = torch.no_grad();
        using var host = vector.detach().cpu();
        return host.data<float>().ToArray();
    }

    public void Dispose()
    {
        Values.Dispose();
        Average.Dispose();
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}

/// <summary>How far a run has got.</summary>
internal sealed record TrainingCounters
{
    /// <summary>Steps done, those with a gradient that was not finite included.</summary>
    public long Step { get; init; }

    /// <summary>Steps that the optimiser took.</summary>
    public long OptimizerStep { get; init; }

    /// <summary>Index of the next sample.</summary>
    public long Position { get; init; }

    public double TrainedSeconds { get; init; }

    public double CpuSeconds { get; init; }

    public bool IsSelectionFrozen { get; init; }

    public double LastValidation { get; init; }
}
