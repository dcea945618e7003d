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

    private static readonly HashSet<string> WholeNumberResults = new(StringComparer.Ordinal)
    {
        "Shape", "Size", "ArgMax", "ArgMin", "NonZero",
    };

    private static readonly HashSet<string> TruthResults = new(StringComparer.Ordinal)
    {
        "IsNaN", "IsInf", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Not", "Xor",
    };

    /// <summary>Float values that are an input or output of such an operator, in the order in which they are made.</summary>
    public static IReadOnlyList<string> Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var types = InferElementTypes(graph);
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

    /// <summary>Element types by the operators' rules: most give what their first input has.</summary>
    internal static IReadOnlyDictionary<string, ElementType> InferElementTypes(Graph graph)
    {
        var types = new Dictionary<string, ElementType>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs)
        {
            types[input.Name] = input.Type.ElementType;
        }

        foreach (var initializer in graph.Initializers)
        {
            types[initializer.Name] = initializer.Type;
        }

        foreach (var node in graph.Nodes)
        {
            for (var index = 0; index < node.Outputs.Length; index++)
            {
                if (node.Outputs[index].Length > 0 && TypeOf(node, index, types) is { } type)
                {
                    types[node.Outputs[index]] = type;
                }
            }
        }

        foreach (var value in graph.Values.Concat(graph.Outputs))
        {
            types[value.Name] = value.Type.ElementType;
        }

        return types;
    }

    private static ElementType? TypeOf(Node node, int output, Dictionary<string, ElementType> types)
    {
        if (WholeNumberResults.Contains(node.OpType) || (node.OpType == "TopK" && output == 1))
        {
            return ElementType.Int64;
        }

        if (TruthResults.Contains(node.OpType))
        {
            return ElementType.Bool;
        }

        return node.OpType switch
        {
            "Cast" => (ElementType)node.Attributes.OfType<IntAttribute>().First(to => to.Name == "to").Value,
            "Constant" or "ConstantOfShape" => node.Attributes.OfType<TensorAttribute>().FirstOrDefault()?.Value.Type
                ?? (node.Attributes.Any(value => value.Name.StartsWith("value_int", StringComparison.Ordinal))
                    ? ElementType.Int64 : ElementType.Float),
            "Where" => Input(1),
            "QuantizeLinear" => Input(2) ?? ElementType.UInt8,
            "DequantizeLinear" => Input(1),
            _ => Input(0),
        };

        ElementType? Input(int index) => index < node.Inputs.Length
            && types.TryGetValue(node.Inputs[index], out var type) ? type : null;
    }
}
