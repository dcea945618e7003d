using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>A graph of opset 13 to 18 in opset 19, the first whose QuantizeLinear takes FP16.</summary>
internal static class OpsetUpgrade
{
    public const long Opset = 19;

    public static OnnxFile Apply(OnnxFile source)
    {
        if (source.Opsets[""] >= Opset)
        {
            return source;
        }

        List<Node> nodes = [];
        List<Initializer> initializers = [.. source.Graph.Initializers];
        foreach (var node in source.Graph.Nodes)
        {
            // 18 took the axes of reductions from the attributes to the inputs, as 13 had done for sums alone, and wants
            // the number of equal parts of a Split said. Nothing else that 19 knows means something else in 13.
            if (node.Domain.Length == 0 && node.OpType.StartsWith("Reduce", StringComparison.Ordinal) && node.Ints("axes") is { } axes)
            {
                var name = $"{node.Outputs[0]}_axes";
                initializers.Add(Initializer.Of(name, axes.AsSpan()));
                nodes.Add(Copy(node, [node.Inputs[0], name], node.Attributes.Where(attribute => attribute.Name != "axes")));
            }
            else if (node.Is("Split") && node.Inputs.Length == 1)
            {
                nodes.Add(Copy(
                    node, node.Inputs, node.Attributes.Append(new IntAttribute("num_outputs", node.Outputs.Length))));
            }
            else
            {
                nodes.Add(node);
            }
        }

        var result = GraphEdit.With(source, nodes, initializers);
        result.Opsets[""] = Opset;
        return result;
    }

    private static Node Copy(Node node, IEnumerable<string> inputs, IEnumerable<NodeAttribute> attributes) => new()
    {
        OpType = node.OpType,
        Domain = node.Domain,
        Name = node.Name,
        Inputs = [.. inputs],
        Outputs = node.Outputs,
        Attributes = [.. attributes],
    };
}
