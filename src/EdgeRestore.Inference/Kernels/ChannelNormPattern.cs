using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// LayerNormalization over the channels of [N, C, H, W] as our exporter writes it: means as products with a row of 1/C.
/// </summary>
internal static class ChannelNormPattern
{
    /// <param name="graph">The graph.</param>
    /// <param name="last">Gives the normalised values the shape of what was normalised.</param>
    public static void TryFuse(FusedGraph graph, Node last)
    {
        // y = (x - mean) · 1/sqrt(mean((x - mean)²) + epsilon), on x as [N, C, HW].
        var links = graph.Links;
        if (graph.Producer(last.Inputs[1], "Shape") is not { } shape
            || graph.Producer(last.Inputs[0], "Mul") is not { } product
            || graph.Producer(product.Inputs[0], "Sub") is not { } difference
            || graph.Producer(product.Inputs[1], "Reciprocal") is not { } reciprocal
            || graph.Producer(reciprocal.Inputs[0], "Sqrt") is not { } root
            || graph.Producer(root.Inputs[0], "Add") is not { } sum
            || links.Scalar(sum.Inputs[1]) is not { } epsilon
            || MeanOf(graph, sum.Inputs[0]) is not { } squares
            || graph.Producer(squares, "Mul") is not { } square
            || square.Inputs[0] != difference.Outputs[0] || square.Inputs[1] != difference.Outputs[0]
            || MeanOf(graph, difference.Inputs[1]) != difference.Inputs[0]
            || graph.Producer(difference.Inputs[0], "Reshape") is not { } first
            || first.Inputs[0] != shape.Inputs[0]
            || !graph.IsFloat(first.Inputs[0])
            || links.Constant(first.Inputs[1]) is not { Type: ElementType.Int64 } sizes
            || sizes.ToInt64s() is not [0, > 0, -1])
        {
            return;
        }

        var x = first.Inputs[0];
        if (graph.OnlyConsumer(last.Outputs[0]) is { } quantize && quantize.Is("QuantizeLinear")
            && graph.Parameters(quantize) is { IsPerTensor: true } parameters)
        {
            graph.DescribeImage(quantize.Outputs[0], ElementType.UInt8);
            graph.Replace(quantize, FusedGraph.Kernel(
                ChannelNorm.RoundingOpType, [x], quantize.Outputs[0],
                new FloatAttribute("epsilon", epsilon),
                new FloatAttribute("scale", parameters.Scales[0]),
                new IntAttribute("zero_point", parameters.ZeroPoint)));
        }
        else
        {
            graph.DescribeImage(last.Outputs[0], ElementType.Float);
            graph.Replace(last, FusedGraph.Kernel(
                ChannelNorm.OpType, [x], last.Outputs[0], new FloatAttribute("epsilon", epsilon)));
        }
    }

    /// <returns>What a value is the mean over the channels of.</returns>
    private static string? MeanOf(FusedGraph graph, string value)
    {
        if (graph.Producer(value, "MatMul") is not { } product
            || graph.Links.Constant(product.Inputs[0]) is not { Type: ElementType.Float, Shape: [1, > 0] } weights)
        {
            return null;
        }

        return weights.ToFloats().AsSpan().ContainsAnyExcept(1f / weights.Shape[1]) ? null : product.Inputs[1];
    }
}
