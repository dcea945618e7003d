using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>Finds what operators of our own do in one pass, and puts them there.</summary>
/// <remarks>
/// A package's graphs keep ONNX's own operators, which every run time knows. They change in memory, while an engine for
/// the CPU is built, and compute the same up to rounding.
/// </remarks>
internal static class KernelFusion
{
    /// <summary>The graph with operators of our own; null where none fits. The source stays as it is.</summary>
    public static OnnxFile? Apply(OnnxFile source)
    {
        var graph = new FusedGraph(source);
        foreach (var node in source.Graph.Nodes)
        {
            if (node.Is("Reshape"))
            {
                ChannelNormPattern.TryFuse(graph, node);
            }
            else if (node.Is("ReduceL2") || node.Is("Sqrt"))
            {
                RowNormPattern.TryFuse(graph, node);
            }
            else if (node.Is("DequantizeLinear"))
            {
                ChannelDequantizePattern.TryFuse(graph, node);
            }
            else if (node.Is("Add"))
            {
                ChannelDequantizePattern.TryFuseSum(graph, node);
            }
            else if (node.Is("QuantizeLinear"))
            {
                ChannelQuantizePattern.TryFuse(graph, node);
            }
            else if (node.Is("Mul"))
            {
                GatedGeluPattern.TryFuse(graph, node);
            }
            else if (node.Is("DepthToSpace"))
            {
                PixelShufflePattern.TryFuse(graph, node);
            }
            else if (node.Is("Conv"))
            {
                ProjectionPattern.TryFuse(graph, node);
            }
        }

        return graph.IsChanged ? graph.ToFile() : null;
    }
}
