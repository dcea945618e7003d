using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>The same function in fewer or cheaper operators, before anything is quantized.</summary>
internal static class Simplification
{
    // Their output has the shape of their first input.
    private static readonly HashSet<string> ShapeKeeping = new(StringComparer.Ordinal)
    {
        "Identity", "LayerNormalization", "Softmax", "Relu", "Sigmoid", "Tanh", "Erf", "Sqrt", "Reciprocal", "Neg",
        "Abs", "Exp", "Cast",
    };

    /// <summary>
    /// (1) Shapes are taken from the earliest value that has them, so that nothing is computed for its shape alone;
    /// (2) lengths over rows become sums of squares, which ONNX Runtime's CPU provider has a fast kernel for.
    /// </summary>
    public static OnnxFile ForCpu(OnnxFile source)
    {
        var shapes = WithEarliestShapes(source);
        return source.Opsets[""] >= 13 ? WithSumsOfSquares(shapes) : shapes;
    }

    /// <summary>Takes shapes from the earliest value that has them; exact.</summary>
    public static OnnxFile WithEarliestShapes(OnnxFile source)
    {
        var links = new GraphLinks(source.Graph);
        var nodes = source.Graph.Nodes.Select(node =>
            node.Is("Shape") ? node.WithInputs([EarliestOfShape(node.Inputs[0], links)]) : node);
        return GraphEdit.With(source, nodes, source.Graph.Initializers);
    }

    private static string EarliestOfShape(string value, GraphLinks links)
    {
        var earliest = value;
        ImmutableArray<long>? order = null;
        while (links.Producer(value) is { Domain: "" } producer && producer.Outputs[0] == value)
        {
            if (producer.OpType == "Transpose" && producer.Ints("perm") is { } perm)
            {
                // axis i of what stands at the end is axis order[i] of `value`.
                order = order is { } later ? [.. later.Select(axis => perm[(int)axis])] : perm;
            }
            else if (!ShapeKeeping.Contains(producer.OpType))
            {
                break;
            }

            value = producer.Inputs[0];
            if (order is not { } current || current.Select((axis, index) => axis == index).All(same => same))
            {
                earliest = value;
            }
        }

        return earliest;
    }

    private static OnnxFile WithSumsOfSquares(OnnxFile source)
    {
        List<Node> nodes = [];
        List<Initializer> initializers = [.. source.Graph.Initializers];
        foreach (var node in source.Graph.Nodes)
        {
            if (!node.Is("ReduceL2") || node.Int("noop_with_empty_axes", 0) != 0)
            {
                nodes.Add(node);
                continue;
            }

            var (x, y) = (node.Inputs[0], node.Outputs[0]);
            List<string> inputs = [$"{y}_squares"];
            if (node.Ints("axes") is { } axes)
            {
                initializers.Add(Initializer.Of($"{y}_axes", axes.AsSpan()));
                inputs.Add($"{y}_axes");
            }
            else if (node.Inputs.Length > 1)
            {
                inputs.Add(node.Inputs[1]);
            }

            nodes.Add(new() { OpType = "Mul", Name = $"{y}_squares", Inputs = [x, x], Outputs = [$"{y}_squares"] });
            nodes.Add(new()
            {
                OpType = "ReduceSum",
                Name = $"{y}_sum",
                Inputs = [.. inputs],
                Outputs = [$"{y}_sum"],
                Attributes = [new IntAttribute("keepdims", node.Int("keepdims", 1))],
            });
            nodes.Add(new() { OpType = "Sqrt", Name = Nodes.KeyOf(node), Inputs = [$"{y}_sum"], Outputs = [y] });
        }

        return GraphEdit.With(source, nodes, initializers);
    }
}
