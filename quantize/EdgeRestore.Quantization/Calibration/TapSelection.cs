using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Graphs;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Which values of a graph need a range before it can be quantised.</summary>
public static class TapSelection
{
    // What leaves 8 bits in 8 bits.
    private static readonly HashSet<string> Carriers = new(StringComparer.Ordinal)
    {
        "Add", "Mul", "Concat", "Relu", "Clip", "DepthToSpace", "Split", "MaxPool", "Gelu",
    };

    /// <summary>
    /// Float values that are an input or output of such an operator, in the order in which they are made.
    /// </summary>
    /// <remarks>
    /// Left out, since no plan puts 8 bits there: the inside of a GELU, products with no side in 8 bits, and matrix
    /// products of two values that change from frame to frame or with a small matrix. More than half of what there is
    /// to read in a network with norms and attention.
    /// </remarks>
    public static IReadOnlyList<string> Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var types = ValueTypes.Infer(graph);
        var links = new GraphLinks(graph);
        var constants = graph.Initializers.Select(initializer => initializer.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Where(node => node.OpType == "Constant"))
        {
            constants.UnionWith(node.Outputs);
        }

        var gelus = GeluPattern.FindAll(graph, links).ToList();
        var inGelus = gelus.SelectMany(gelu => gelu.Nodes).ToHashSet();
        var outputs = gelus.ToDictionary(gelu => gelu.Output, gelu => gelu.Input, StringComparer.Ordinal);
        var wanted = outputs.Keys.Concat(outputs.Values).ToHashSet(StringComparer.Ordinal);
        var carried = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Where(node => node.Domain.Length == 0))
        {
            var isProduct = ConstantProduct.Of(node, links.Constant).Product is not null;
            if (node.OpType is "Conv" or "ConvTranspose" || isProduct
                || (Carriers.Contains(node.OpType) && !inGelus.Contains(node) && node.Inputs.Any(carried.Contains))
                || node.Outputs.Any(output => outputs.TryGetValue(output, out var input) && carried.Contains(input)))
            {
                carried.UnionWith(node.Outputs);
            }

            if (node.OpType is "Conv" or "ConvTranspose" || isProduct
                || (node.OpType is "Add" or "Concat" && !inGelus.Contains(node))
                || (node.OpType is "Mul" && !inGelus.Contains(node) && node.Inputs.Any(carried.Contains)))
            {
                wanted.UnionWith(node.Inputs);
                wanted.UnionWith(node.Outputs);
            }
        }

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
