using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// LayerNormalization over the channels of [N, C, H, W] as our exporter writes it: means as products with a row of 1/C.
/// </summary>
internal static class ChannelNormPattern
{
    // Rows of 1/C may have been stored in half precision.
    private const float Tolerance = 1e-3f;

    /// <param name="graph">The graph.</param>
    /// <param name="last">Gives the normalised values the shape of what was normalised.</param>
    public static void TryFuse(FusedGraph graph, Node last)
    {
        // y = (x - mean) · 1/sqrt(mean((x - mean)²) + epsilon), on x as [N, C, HW].
        var links = graph.Links;
        if (last.Inputs.Length != 2
            || graph.Producer(last.Inputs[1], "Shape") is not { } shape
            || graph.Producer(last.Inputs[0], "Mul") is not { } product
            || graph.Producer(product.Inputs[0], "Sub") is not { } difference
            || graph.Producer(product.Inputs[1], "Reciprocal") is not { } reciprocal
            || graph.Producer(reciprocal.Inputs[0], "Sqrt") is not { } root
            || graph.Producer(root.Inputs[0], "Add") is not { } sum
            || links.Scalar(sum.Inputs[1]) is not { } epsilon
            || graph.Producer(difference.Inputs[0], "Reshape") is not { Inputs.Length: 2 } first
            || first.Inputs[0] != shape.Inputs[0]
            || !graph.EntersConvolution(last.Outputs[0])
            || !graph.IsFloat(first.Inputs[0])
            || links.Constant(first.Inputs[1]) is not { Type: ElementType.Int64 } sizes
            || sizes.ToInt64s() is not [0, var channels and > 0 and <= ChannelNorm.MaxChannels, -1]
            || MeanOf(graph, sum.Inputs[0], channels) is not { } squares
            || graph.Producer(squares, "Mul") is not { } square
            || square.Inputs[0] != difference.Outputs[0] || square.Inputs[1] != difference.Outputs[0]
            || MeanOf(graph, difference.Inputs[1], channels) != difference.Inputs[0])
        {
            return;
        }

        var x = first.Inputs[0];
        List<NodeAttribute> attributes =
            [new IntAttribute("channels", channels), new FloatAttribute("epsilon", epsilon)];
        if (graph.OnlyConsumer(last.Outputs[0]) is { } quantize && quantize.Is("QuantizeLinear")
            && graph.Parameters(quantize) is { IsPerTensor: true } parameters
            && graph.ChannelsIntoConvolutions(quantize.Outputs[0]).All(wanted => wanted == channels))
        {
            attributes.Add(new FloatAttribute("scale", parameters.Scales[0]));
            attributes.Add(new IntAttribute("zero_point", parameters.ZeroPoint));
            var rounded = $"{quantize.Outputs[0]}.last";
            graph.DescribeImage(rounded, ElementType.UInt8);
            graph.Replace(
                quantize,
                FusedGraph.Kernel(ChannelNorm.RoundingOpType, [x], rounded, [.. attributes]),
                FusedGraph.ToChannelsFirst(rounded, quantize.Outputs[0]));
            return;
        }

        graph.DescribeImage(last.Outputs[0], ElementType.Float);
        graph.Replace(last, FusedGraph.Kernel(ChannelNorm.OpType, [x], last.Outputs[0], [.. attributes]));
    }

    /// <returns>What a value is the mean over the channels of.</returns>
    private static string? MeanOf(FusedGraph graph, string value, long channels)
    {
        if (graph.Producer(value, "MatMul") is not { } product
            || graph.FloatConstant(product.Inputs[0]) is not { Shape: [1, var length] } weights || length != channels)
        {
            return null;
        }

        return weights.ToFloats().All(weight => MathF.Abs((weight * channels) - 1) < Tolerance)
            ? product.Inputs[1]
            : null;
    }
}
