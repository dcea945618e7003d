using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Which values of a graph need a range before it can be quantised.</summary>
public static class TapSelection
{
    // What either INT8 profile puts 8 bits around; the rest stays in floating point and needs no range.
    private static readonly HashSet<string> Operators = new(StringComparer.Ordinal)
    {
        "Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Mul", "Sub", "Concat", "LayerNormalization",
    };

    /// <summary>Float values that are an input or output of such an operator, in the order in which they are made.</summary>
    public static IReadOnlyList<string> Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var types = ValueTypes.Infer(graph);
        var constants = graph.Initializers.Select(initializer => initializer.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Where(node => node.OpType == "Constant"))
        {
            constants.UnionWith(node.Outputs);
        }

        var wanted = graph.Nodes
            .Where(node => node.Domain.Length == 0 && Operators.Contains(node.OpType))
            .SelectMany(node => node.Inputs.Concat(node.Outputs))
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. graph.Inputs.Select(input => input.Name)
                .Concat(graph.Nodes.SelectMany(node => node.Outputs))
                .Where(name => name.Length > 0 && wanted.Contains(name) && !constants.Contains(name)
                    && types.GetValueOrDefault(name) == ElementType.Float),
        ];
    }

    /// <summary>How many channels the inputs and outputs of convolutions have, where the weight tells.</summary>
    public static IReadOnlyDictionary<string, int> ChannelsOf(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var weights = graph.Initializers.ToDictionary(initializer => initializer.Name, StringComparer.Ordinal);
        var result = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Where(node => node is { OpType: "Conv", Domain: "" }))
        {
            // (outputs, inputs of a group, height, width): images, whose channels are axis 1.
            if (weights.TryGetValue(node.Inputs[1], out var weight) && weight.Shape.Length == 4)
            {
                var groups = node.Attributes.OfType<IntAttribute>().FirstOrDefault(a => a.Name == "group")?.Value ?? 1;
                result[node.Inputs[0]] = (int)(weight.Shape[1] * groups);
                result[node.Outputs[0]] = (int)weight.Shape[0];
            }
        }

        return result;
    }
}
