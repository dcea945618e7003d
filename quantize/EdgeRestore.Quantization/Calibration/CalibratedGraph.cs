using System.Collections.Immutable;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Everything that was seen of one graph of the package.</summary>
/// <param name="File">The graph's file in the package.</param>
/// <param name="Tensors">In the order in which the graph makes them.</param>
public sealed record CalibratedGraph(string File, ImmutableArray<TensorStatistics> Tensors)
{
    /// <summary>Frames that ranges were taken from, and of those the ones whose values were counted too.</summary>
    public ImmutableSortedSet<string> RangedFrames { get; init; } =
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public ImmutableSortedSet<string> CountedFrames { get; init; } =
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Channels of convolutions' inputs and outputs, by tensor.</summary>
    public IReadOnlyDictionary<string, ChannelStatistics> Channels => Tensors
        .Where(tensor => tensor.Channels is { FrameCount: > 0 })
        .ToDictionary(tensor => tensor.Name, tensor => tensor.Channels!, StringComparer.Ordinal);

    /// <summary>Ranges by tensor, as conversions take them.</summary>
    public IReadOnlyDictionary<string, TensorRange> Estimate(RangeMethod method) => Tensors.ToDictionary(
        tensor => tensor.Name, tensor => RangeEstimator.Estimate(tensor, method), StringComparer.Ordinal);
}
