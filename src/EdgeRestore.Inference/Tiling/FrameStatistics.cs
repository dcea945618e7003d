using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Inference.Tiling;

/// <summary>
/// What a network measures over a whole frame on its way: attention matrices, pooled means and maxima.
/// </summary>
internal sealed class FrameStatistics(ImmutableArray<FrameStatistic> values)
{
    /// <summary>In the graph's order.</summary>
    public ImmutableArray<FrameStatistic> Values { get; } = values;

    /// <summary>Memory for one frame's.</summary>
    public OrtValue[] Allocate() =>
    [
        .. Values.Select(value => OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, value.Type, [.. value.Shape])),
    ];
}

/// <summary>One of them; its shape is the same for frames of every size.</summary>
/// <param name="Name">Of the value in the graph.</param>
/// <param name="Type">float32 or float16.</param>
/// <param name="Shape">For one frame.</param>
internal sealed record FrameStatistic(string Name, TensorElementType Type, ImmutableArray<long> Shape);
