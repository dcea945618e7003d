using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

/// <summary>
/// Convolutions, and products with a constant matrix, that change precision together: a search over them is short, and
/// its result readable.
/// </summary>
public static class PrecisionGroups
{
    /// <summary>
    /// Convolutions by the module that their weights' names tell, such as <c>encoders.0.0.ffn</c>; alone where the
    /// names tell nothing. In the order of the graph.
    /// </summary>
    /// <param name="graph">In FP32.</param>
    /// <param name="isFine">Whether each part of a module counts alone, such as
    /// <c>encoders.0.0.ffn.project_out</c>.</param>
    public static IReadOnlyList<(string Name, ImmutableArray<string> Nodes)> Of(Graph graph, bool isFine = false)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var links = new GraphLinks(graph);
        return
        [
            .. graph.Nodes
                .Where(node => node.Is("Conv") || ConstantProduct.Of(node, links.Constant).Product is not null)
                .GroupBy(node => ModuleOf(node.Inputs[1], isFine) ?? Nodes.KeyOf(node))
                .Select(group => (group.Key, group.Select(Nodes.KeyOf).ToImmutableArray())),
        ];
    }

    private static string? ModuleOf(string weight, bool isFine)
    {
        var end = weight.IndexOf(".weight", StringComparison.Ordinal);
        if (end <= 0)
        {
            return null;
        }

        var parts = weight[..end].Split('.');
        return string.Join('.', parts.Length > 2 && !isFine ? parts[..^1] : parts);
    }
}
