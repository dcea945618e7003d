using System.Collections.Immutable;

namespace EdgeRestore.Onnx;

/// <summary>Who makes and who uses each value of a graph; later changes of the graph are not followed.</summary>
internal sealed class GraphLinks
{
    private readonly Dictionary<string, Node> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Node>> consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Initializer> constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> outputs = new(StringComparer.Ordinal);

    public GraphLinks(Graph graph)
    {
        foreach (var initializer in graph.Initializers)
        {
            constants[initializer.Name] = initializer;
        }

        // An initializer under the name of an input is a default that a caller may replace.
        foreach (var input in graph.Inputs)
        {
            constants.Remove(input.Name);
        }

        foreach (var output in graph.Outputs)
        {
            outputs.Add(output.Name);
        }

        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Outputs)
            {
                producers[output] = node;
            }

            if (node is { OpType: "Constant", Domain: "" } && ConstantOf(node) is { } constant)
            {
                constants[node.Outputs[0]] = constant;
            }

            foreach (var made in ConstantEvaluation.Of(node, constants.GetValueOrDefault))
            {
                constants[made.Name] = made;
            }

            foreach (var input in node.UsedValues.Distinct(StringComparer.Ordinal))
            {
                if (!consumers.TryGetValue(input, out var list))
                {
                    consumers.Add(input, list = []);
                }

                list.Add(node);
            }
        }
    }

    public Node? Producer(string value) => producers.GetValueOrDefault(value);

    public IReadOnlyList<Node> Consumers(string value) => consumers.TryGetValue(value, out var list) ? list : [];

    public Initializer? Constant(string value) => constants.GetValueOrDefault(value);

    public bool IsOutput(string value) => outputs.Contains(value);

    /// <summary>The one float of a scalar constant, of any rank.</summary>
    public float? Scalar(string value) =>
        Constant(value) is { Type: ElementType.Float } constant && constant.Data.Length == sizeof(float)
            ? constant.ToFloats()[0]
            : null;

    private static Initializer? ConstantOf(Node node) => node.Attributes.FirstOrDefault() switch
    {
        TensorAttribute { Name: "value" } tensor => new(
            node.Outputs[0], tensor.Value.Type, tensor.Value.Shape, tensor.Value.Data),
        FloatAttribute { Name: "value_float" } number => Initializer.Scalar(node.Outputs[0], number.Value),
        _ => null,
    };
}

internal static class Nodes
{
    /// <summary>What a node is called: its name, or that of its first output where it has none.</summary>
    public static string KeyOf(Node node) => node.Name.Length > 0 ? node.Name : node.Outputs[0];

    public static Node WithInputs(this Node node, ImmutableArray<string> inputs) => new()
    {
        OpType = node.OpType,
        Domain = node.Domain,
        Name = node.Name,
        Inputs = inputs,
        Outputs = node.Outputs,
        Attributes = node.Attributes,
    };

    public static long Int(this Node node, string attribute, long otherwise) =>
        node.Attributes.OfType<IntAttribute>().FirstOrDefault(a => a.Name == attribute)?.Value ?? otherwise;

    public static ImmutableArray<long>? Ints(this Node node, string attribute) =>
        node.Attributes.OfType<IntsAttribute>().FirstOrDefault(a => a.Name == attribute)?.Values;

    public static bool Is(this Node? node, string opType) => node is { Domain: "" } && node.OpType == opType;
}
