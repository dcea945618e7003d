using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Graphs in FP16: typed so, or only stored so.</summary>
public static class HalfGraph
{
    // Below it the operator that widens costs more than it saves.
    private const int MinimumBytes = 256;

    /// <summary>
    /// FP16 between the first and the last convolution, with FP32 where FP16 would overflow or vanish. Inputs and
    /// outputs keep their types.
    /// </summary>
    /// <exception cref="QuantizationException">The graph is quantized already, or has no convolution.</exception>
    /// <param name="source">The FP32 graph; it is not changed.</param>
    /// <param name="keepsWeights">
    /// Whether weights stay FP32 in the file and are narrowed when it is loaded, so that it shares them with the FP32
    /// graph beside it. The computation is the same.
    /// </param>
    public static OnnxFile Build(OnnxFile source, bool keepsWeights = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        QuantizedGraph.RequireFloat(source);
        if (source.Graph.Initializers.Any(initializer => initializer.Type == ElementType.Float16))
        {
            throw new QuantizationException(
                $"Graph '{source.Graph.Name}' is in FP16 already. Allowed is a graph in FP32, from which every "
                + "precision is made.");
        }

        return Compaction.Apply(new HalfGraphWriter(source, keepsWeights ? MinimumBytes : int.MaxValue).Write());
    }

    /// <summary>
    /// Weights stored in FP16 and widened when the graph is loaded: it runs as before, on weights that are off by 0.05
    /// % at most, and is half as long.
    /// </summary>
    public static OnnxFile Store(OnnxFile source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var inputs = source.Graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        List<Node> nodes = [];
        List<Initializer> initializers = [];
        foreach (var initializer in source.Graph.Initializers)
        {
            if (initializer.Type != ElementType.Float || initializer.Data.Length < MinimumBytes
                || inputs.Contains(initializer.Name) || !HalfTensor.Fits(initializer))
            {
                initializers.Add(initializer);
                continue;
            }

            var half = HalfTensor.Of($"{initializer.Name}_half", initializer);
            initializers.Add(half);
            nodes.Add(HalfTensor.Cast(half.Name, initializer.Name, ElementType.Float));
        }

        return Compaction.Apply(GraphEdit.With(source, nodes.Concat(source.Graph.Nodes), initializers));
    }
}
