using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Which nodes of a graph compute in FP16.</summary>
/// <remarks>
/// FP32 stay: everything before the first and after the last convolution (pixels, the final sum); sums of squares and
/// what follows from them, since 256×256 values of size 1 already pass 65504; products over all pixels that a softmax
/// takes; the numbers that FP16 would lose; operators that are not ONNX's own.
/// </remarks>
internal static class HalfPlacement
{
    private static readonly HashSet<string> Islands = new(StringComparer.Ordinal)
    {
        "ReduceL1", "ReduceL2", "ReduceSum", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ReduceProd",
        "ReduceMean", "Pow",
        "Sqrt", "Reciprocal", "Exp", "Log", "Softmax", "LpNormalization", "If", "Loop", "Scan", "ConstantOfShape",
        "Range", "EyeLike",
        "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "CumSum",
        "NonMaxSuppression",
    };

    // Between the product and the softmax.
    private static readonly HashSet<string> Scaling =
        new(StringComparer.Ordinal) { "Mul", "Div", "Add", "Sub", "Where", "Clip" };

    public static HashSet<Node> Of(Graph graph, GraphLinks links)
    {
        var half = Between(graph);
        half.RemoveWhere(node => IsIsland(node, links) || node.Outputs.SelectMany(links.Consumers).Any(HasBody));

        // Weights in 8 bits are read in the type of the convolution that takes them.
        half.UnionWith(graph.Nodes.Where(node => node.Is("DequantizeLinear")
            && links.Constant(node.Inputs[0]) is not null
            && links.Consumers(node.Outputs[0]).All(half.Contains)));
        foreach (var softmax in graph.Nodes.Where(node => node.Is("Softmax")))
        {
            KeepUpToProduct(softmax.Inputs[0], links, half);
        }

        // A node with floats of FP32 on both sides would only cost two casts.
        foreach (var node in graph.Nodes.Where(half.Contains).ToArray())
        {
            if (IsBetweenIslands(node, links, half))
            {
                half.Remove(node);
            }
        }

        return half;
    }

    private static bool IsIsland(Node node, GraphLinks links) =>
        node.Domain.Length > 0 || Islands.Contains(node.OpType)
        || (node.Is("Mul") && node.Inputs[0] == node.Inputs[1])
        || node.Inputs.Select(links.Constant).OfType<Initializer>()
            .Any(constant => constant.Type == ElementType.Float && (
                HalfTensor.Vanishes(constant) || !HalfTensor.Fits(constant)));

    // Bodies know values by their names, and would meet another type under one.
    private static bool HasBody(Node node) => node.Attributes.Any(attribute => attribute is GraphAttribute);

    private static HashSet<Node> Between(Graph graph)
    {
        var after = new HashSet<string>(StringComparer.Ordinal);
        var result = new HashSet<Node>();
        foreach (var node in graph.Nodes)
        {
            if (node.Is("Conv") || node.UsedValues.Any(after.Contains))
            {
                after.UnionWith(node.Outputs);
                result.Add(node);
            }
        }

        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Reverse())
        {
            if (node.Is("Conv") || node.Outputs.Any(before.Contains))
            {
                before.UnionWith(node.UsedValues);
            }
            else
            {
                result.Remove(node);
            }
        }

        return result;
    }

    private static void KeepUpToProduct(string value, GraphLinks links, HashSet<Node> half)
    {
        while (links.Producer(value) is { Domain: "" } producer)
        {
            if (producer.OpType == "MatMul")
            {
                half.Remove(producer);
                return;
            }

            if (!Scaling.Contains(producer.OpType))
            {
                return;
            }

            half.Remove(producer);
            value = producer.Inputs.FirstOrDefault(input => links.Constant(input) is null) ?? "";
        }
    }

    private static bool IsBetweenIslands(Node node, GraphLinks links, HashSet<Node> half)
    {
        var made = node.Inputs.Select(links.Producer).OfType<Node>().ToArray();
        var used = node.Outputs.SelectMany(links.Consumers).ToArray();
        return !node.Is("Conv") && made.Length > 0 && used.Length > 0
            && !made.Any(half.Contains) && !used.Any(half.Contains);
    }
}
