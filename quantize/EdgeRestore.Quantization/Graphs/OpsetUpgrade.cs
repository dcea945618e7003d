using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>A graph of an older opset in the first one that knows what quantizing needs.</summary>
internal static class OpsetUpgrade
{
    /// <summary>The first whose QuantizeLinear takes FP16.</summary>
    public const long Opset = 19;

    /// <summary>The first whose DequantizeLinear takes a scale per channel.</summary>
    public const long PerChannelOpset = 13;

    /// <summary>A graph of opset 11 or 12 in opset 13; later ones as they are.</summary>
    public static OnnxFile ToPerChannel(OnnxFile source)
    {
        if (source.Opsets[""] >= PerChannelOpset)
        {
            return source;
        }

        List<Node> nodes = [];
        List<Initializer> initializers = [.. source.Graph.Initializers];
        foreach (var node in source.Graph.Nodes)
        {
            // 13 took what these are told by from the attributes to the inputs, and lets a softmax run along one axis
            // instead of over all that follow it. Nothing else that 13 knows means something else in 11.
            var moved = node.OpType is "Squeeze"
                or "Unsqueeze"
                or "ReduceSum" ? "axes" : node.OpType == "Split" ? "split" : null;
            if (node.Domain.Length == 0 && moved is not null && node.Ints(moved) is { } values)
            {
                var name = $"{node.Outputs[0]}_{moved}";
                initializers.Add(Initializer.Of(name, values.AsSpan()));
                nodes.Add(Copy(
                    node, [node.Inputs[0], name], node.Attributes.Where(attribute => attribute.Name != moved)));
            }
            else if ((node.Is("Softmax") || node.Is("LogSoftmax") || node.Is("Hardmax")) && node.Int("axis", 1) != -1)
            {
                AddAlongRows(node, nodes);
            }
            else if (node.Is("Dropout"))
            {
                nodes.Add(new()
                {
                    OpType = "Identity",
                    Name = node.Name,
                    Inputs = [node.Inputs[0]],
                    Outputs = [node.Outputs[0]],
                });
            }
            else
            {
                nodes.Add(node);
            }
        }

        var result = GraphEdit.With(source, nodes, initializers);
        result.Opsets[""] = PerChannelOpset;
        return result;
    }

    /// <summary>A graph of opset 13 to 18 in opset 19.</summary>
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
            // 18 took the axes of reductions from the attributes to the inputs, as 13 had done for sums alone, and
            // wants the number of equal parts of a Split said. Nothing else that 19 knows means something else in 13.
            if (node.Domain.Length == 0
                && node.OpType.StartsWith("Reduce", StringComparison.Ordinal)
                && node.Ints("axes") is { } axes)
            {
                var name = $"{node.Outputs[0]}_axes";
                initializers.Add(Initializer.Of(name, axes.AsSpan()));
                nodes.Add(Copy(
                    node, [node.Inputs[0], name], node.Attributes.Where(attribute => attribute.Name != "axes")));
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

    // Flattened to a matrix before that axis, as it was meant before 13.
    private static void AddAlongRows(Node node, List<Node> nodes)
    {
        var (x, y) = (node.Inputs[0], node.Outputs[0]);
        nodes.Add(new() { OpType = "Shape", Name = $"{y}_shape", Inputs = [x], Outputs = [$"{y}_shape"] });
        nodes.Add(new()
        {
            OpType = "Flatten",
            Name = $"{y}_matrix",
            Inputs = [x],
            Outputs = [$"{y}_matrix"],
            Attributes = [new IntAttribute("axis", node.Int("axis", 1))],
        });
        nodes.Add(new()
        {
            OpType = node.OpType,
            Name = node.Name,
            Inputs = [$"{y}_matrix"],
            Outputs = [$"{y}_rows"],
            Attributes = [new IntAttribute("axis", -1)],
        });
        nodes.Add(new()
        {
            OpType = "Reshape",
            Name = $"{y}_reshaped",
            Inputs = [$"{y}_rows", $"{y}_shape"],
            Outputs = [y],
        });
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
