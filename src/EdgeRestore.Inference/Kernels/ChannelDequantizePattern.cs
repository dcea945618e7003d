using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// DequantizeLinear of a value, not a weight, with a scale for each channel. What runs in 8 bits takes values with one
/// scale, so this feeds operators in floats.
/// </summary>
internal static class ChannelDequantizePattern
{
    public static void TryFuse(FusedGraph graph, Node node)
    {
        if (graph.IsOfConvolution(node.Inputs[0]) && graph.Parameters(node) is { IsPerTensor: false } parameters)
        {
            graph.DescribeImage(node.Outputs[0], ElementType.Float);
            graph.Replace(node, FusedGraph.Kernel(
                ChannelDequantize.OpType, [node.Inputs[0]], node.Outputs[0],
                new FloatsAttribute("scale", parameters.Scales),
                new IntAttribute("zero_point", parameters.ZeroPoint)));
        }
    }
}
