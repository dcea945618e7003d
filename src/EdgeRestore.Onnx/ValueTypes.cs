namespace EdgeRestore.Onnx;

/// <summary>Element types of a graph's values, by the rules of their operators.</summary>
public static class ValueTypes
{
    private static readonly HashSet<string> Truths = new(StringComparer.Ordinal)
    {
        "IsNaN", "IsInf", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Not", "Xor",
    };

    /// <summary>Types where they are known: most operators give what their first input has.</summary>
    public static IReadOnlyDictionary<string, ElementType> Infer(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var types = new Dictionary<string, ElementType>(StringComparer.Ordinal);
        foreach (var value in graph.Inputs.Concat(graph.Values).Concat(graph.Outputs))
        {
            types[value.Name] = value.Type.ElementType;
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
                    types.TryAdd(node.Outputs[index], type);
                }
            }
        }

        return types;
    }

    private static ElementType? TypeOf(Node node, int output, Dictionary<string, ElementType> types)
    {
        return node.OpType switch
        {
            "Shape" or "Size" or "ArgMax" or "ArgMin" or "NonZero" => ElementType.Int64,
            "TopK" when output == 1 => ElementType.Int64,
            _ when Truths.Contains(node.OpType) => ElementType.Bool,
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
