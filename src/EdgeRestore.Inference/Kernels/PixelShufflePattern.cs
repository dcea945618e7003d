using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// DepthToSpace in blocks of 2, in floats, or in 8 bits where what is before and behind it has the same scale.
/// </summary>
internal static class PixelShufflePattern
{
    public static void TryFuse(FusedGraph graph, Node node)
    {
        if (node.Int("blocksize", 0) != 2
            || node.Attributes.OfType<StringAttribute>().FirstOrDefault(mode => mode.Name == "mode")?.Value != "CRD")
        {
            return;
        }

        if (graph.Producer(node.Inputs[0], "DequantizeLinear") is { } dequantize
            && graph.Parameters(dequantize) is { } before
            && graph.OnlyConsumer(node.Outputs[0]) is { } quantize && quantize.Is("QuantizeLinear")
            && graph.Parameters(quantize) is { } behind && before.IsPerTensor && before == behind)
        {
            graph.DescribeImage(quantize.Outputs[0], ElementType.UInt8);
            graph.Replace(
                quantize, FusedGraph.Kernel(PixelShuffle.BytesOpType, [dequantize.Inputs[0]], quantize.Outputs[0]));
        }
        else if (graph.IsFloat(node.Inputs[0]))
        {
            graph.DescribeImage(node.Outputs[0], ElementType.Float);
            graph.Replace(node, FusedGraph.Kernel(PixelShuffle.OpType, node.Inputs, node.Outputs[0]));
        }
    }
}
