using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>QuantizeLinear of what operators in floats give, for a convolution in 8 bits.</summary>
internal static class ChannelQuantizePattern
{
    public static void TryFuse(FusedGraph graph, Node node)
    {
        if (graph.IsReplaced(node) || !graph.IsFloat(node.Inputs[0]) || !graph.EntersConvolution(node.Outputs[0])
            || !IsOfFloats(graph, graph.Links.Producer(node.Inputs[0]))
            || graph.Parameters(node) is not { IsPerTensor: true } parameters)
        {
            return;
        }

        var last = $"{node.Outputs[0]}.last";
        graph.DescribeImage(last, ElementType.UInt8);
        graph.Replace(
            node,
            FusedGraph.Kernel(
                ChannelQuantize.OpType, [node.Inputs[0]], last,
                new FloatAttribute("scale", parameters.Scales[0]),
                new IntAttribute("zero_point", parameters.ZeroPoint)),
            FusedGraph.ToChannelsFirst(last, node.Outputs[0]));
    }

    // What computes in 8 bits where 8 bits are on both sides is ONNX Runtime's.
    private static bool IsOfFloats(FusedGraph graph, Node? node) =>
        (node.Is("Add") || node.Is("Reshape"))
        && !node!.Inputs.All(input => graph.Links.Constant(input) is not null
            || graph.Producer(input, "DequantizeLinear") is not null || graph.Producer(input, "Shape") is not null);
}
