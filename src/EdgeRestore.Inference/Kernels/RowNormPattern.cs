using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>The norm over the last axis: ReduceL2, or the root of a sum of squares.</summary>
internal static class RowNormPattern
{
    public static void TryFuse(FusedGraph graph, Node node)
    {
        if (node.Is("ReduceL2"))
        {
            if (node.Inputs.Length == 1
                && IsLong(graph, node.Inputs[0])
                && node.Int("keepdims", 1) == 1
                && node.Ints("axes") is [-1])
            {
                graph.Replace(node, FusedGraph.Kernel(RowNorm.OpType, node.Inputs, node.Outputs[0]));
            }
        }
        else if (graph.Producer(node.Inputs[0], "ReduceSum") is { Inputs.Length: 2 } sum
            && sum.Int("keepdims", 1) == 1
            && graph.Links.Constant(sum.Inputs[1]) is { Type: ElementType.Int64 } axes && axes.ToInt64s() is [-1]
            && graph.Producer(sum.Inputs[0], "Mul") is { } square && square.Inputs[0] == square.Inputs[1]
            && IsLong(graph, square.Inputs[0]))
        {
            graph.Replace(node, FusedGraph.Kernel(RowNorm.OpType, [square.Inputs[0]], node.Outputs[0]));
        }
    }

    // Rows of an image's pixels, which attention makes by a reshape; short rows are not worth a change.
    private static bool IsLong(FusedGraph graph, string value) =>
        graph.IsFloat(value) && graph.Producer(value, "Reshape") is not null;
}
