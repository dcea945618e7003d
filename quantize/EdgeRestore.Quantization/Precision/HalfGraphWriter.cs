using System.Collections.Immutable;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Writes a graph with some nodes in FP16 and casts between those and the others.</summary>
internal sealed class HalfGraphWriter
{
    private readonly int keptBytes;
    private readonly OnnxFile source;
    private readonly GraphLinks links;
    private readonly HashSet<Node> half;
    private readonly IReadOnlyDictionary<string, ElementType> types;
    private readonly List<Node> nodes = [];
    private readonly Dictionary<string, Initializer> added = new(StringComparer.Ordinal);
    private readonly HashSet<string> casts = new(StringComparer.Ordinal);
    private readonly HashSet<string> halfValues = new(StringComparer.Ordinal);

    /// <param name="source">In FP32.</param>
    /// <param name="keptBytes">Length from which on constants stay FP32 in the file.</param>
    public HalfGraphWriter(OnnxFile source, int keptBytes = int.MaxValue)
    {
        this.keptBytes = keptBytes;
        this.source = Simplification.WithEarliestShapes(ConstantFolding.Apply(source));
        links = new GraphLinks(this.source.Graph);
        half = HalfPlacement.Of(this.source.Graph, links);
        types = ValueTypes.Infer(this.source.Graph);
    }

    public OnnxFile Write()
    {
        foreach (var node in source.Graph.Nodes)
        {
            if (!half.Contains(node))
            {
                nodes.Add(node.WithInputs(
                    [.. node.Inputs.Select(input => OnlyReadsShape(node) ? input : Widened(input))]));
                continue;
            }

            nodes.Add(new()
            {
                OpType = node.OpType,
                Domain = node.Domain,
                Name = node.Name,
                Inputs = [.. node.Inputs.Select((input, index) => KeepsFloat(node, index) ? input : Narrowed(input))],
                Outputs = node.Outputs,
                Attributes = Attributes(node),
            });
            halfValues.UnionWith(node.Outputs.Where(output => types.GetValueOrDefault(output) == ElementType.Float));
        }

        var result = GraphEdit.With(source, WithFloatOutputs(), source.Graph.Initializers.Concat(added.Values));

        // What was noted of their types no longer holds.
        foreach (var value in result.Graph.Values.Where(value => halfValues.Contains(value.Name)).ToList())
        {
            result.Graph.Values.Remove(value);
        }

        return result;
    }

    // An output of the graph keeps the type that its callers know, also where a later convolution reads it in FP16.
    private IEnumerable<Node> WithFloatOutputs()
    {
        var renamed = source.Graph.Outputs.Select(output => output.Name).Where(halfValues.Contains)
            .ToDictionary(name => name, name => $"{name}_narrow", StringComparer.Ordinal);
        return renamed.Count == 0 ? nodes :
        [
            .. nodes.Select(node => new Node
            {
                OpType = node.OpType,
                Domain = node.Domain,
                Name = node.Name,
                Inputs = [.. node.Inputs.Select(input => renamed.GetValueOrDefault(input, input))],
                Outputs = [.. node.Outputs.Select(output => renamed.GetValueOrDefault(output, output))],
                Attributes = node.Attributes,
            }),
            .. renamed.Select(output => HalfTensor.Cast(output.Value, output.Key, ElementType.Float)),
        ];
    }

    private string Narrowed(string value)
    {
        if (types.GetValueOrDefault(value) != ElementType.Float || halfValues.Contains(value))
        {
            return value;
        }

        var name = $"{value}_half";
        if (links.Constant(value) is { } constant && constant.Data.Length < keptBytes)
        {
            added.TryAdd(name, HalfTensor.Of(name, constant));
        }
        else if (casts.Add(name))
        {
            nodes.Add(HalfTensor.Cast(value, name, ElementType.Float16));
        }

        return name;
    }

    private string Widened(string value)
    {
        if (!halfValues.Contains(value))
        {
            return value;
        }

        var name = $"{value}_float";
        if (casts.Add(name))
        {
            nodes.Add(HalfTensor.Cast(value, name, ElementType.Float));
        }

        return name;
    }

    private static bool OnlyReadsShape(Node node) => node.OpType is "Shape" or "Size";

    // Factors of a resize are FP32 in every type of image.
    private static bool KeepsFloat(Node node, int index) =>
        OnlyReadsShape(node) || (node.OpType is "Resize" or "Upsample" && index > 0);

    private static ImmutableArray<NodeAttribute> Attributes(Node node) => node.Is("Cast")
        ? [.. node.Attributes.Select(attribute =>
            attribute is IntAttribute { Name: "to", Value: (long)ElementType.Float }
                ? new IntAttribute("to", (long)ElementType.Float16)
                : attribute)]
        : node.Attributes;
}
