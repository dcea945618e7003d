using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>
/// How many pixels of the input stand behind one value along a side: 1 at the input, 8 after three halvings.
/// </summary>
internal static class Resolutions
{
    /// <summary>By value; what depends on no image has none.</summary>
    public static IReadOnlyDictionary<string, double> Of(Graph graph, GraphLinks links)
    {
        var result = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs)
        {
            result[input.Name] = 1;
        }

        foreach (var node in graph.Nodes)
        {
            var inputs = node.Inputs.Where(result.ContainsKey).Select(input => result[input]).ToArray();
            if (inputs.Length == 0)
            {
                continue;
            }

            // Where two meet, one is spread over the other: pooled gates over images, numbers over everything.
            var step = inputs.Min() * FactorOf(node, links);
            foreach (var output in node.Outputs)
            {
                result[output] = step;
            }
        }

        return result;
    }

    /// <summary>The finest that a convolution makes.</summary>
    public static double FinestOf(Graph graph, IReadOnlyDictionary<string, double> resolutions) =>
        graph.Nodes.Where(node => node.Is("Conv"))
            .Min(node => resolutions.GetValueOrDefault(node.Outputs[0], double.MaxValue));

    private static double FactorOf(Node node, GraphLinks links) => node.OpType switch
    {
        "Conv" or "MaxPool" or "AveragePool" or "LpPool" => Stride(node),
        "ConvTranspose" => 1 / Stride(node),
        "DepthToSpace" => 1.0 / node.Int("blocksize", 1),
        "SpaceToDepth" => node.Int("blocksize", 1),
        "Resize" when node.Inputs.Length > 2
            && links.Constant(node.Inputs[2]) is { Type: ElementType.Float, Data.Length: > 0 } scales =>
            1.0 / scales.ToFloats()[^1],
        "Upsample" when links.Constant(node.Inputs[1]) is { Type: ElementType.Float, Data.Length: > 0 } scales =>
            1.0 / scales.ToFloats()[^1],
        _ => 1,
    };

    private static double Stride(Node node) => node.Ints("strides") is { Length: > 0 } strides ? strides[^1] : 1;
}
