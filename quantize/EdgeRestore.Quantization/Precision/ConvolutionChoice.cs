using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Which convolutions get 8 bits, and why the others do not.</summary>
internal sealed class ConvolutionChoice
{
    private ConvolutionChoice(
        IReadOnlySet<Node> quantized, IReadOnlyDictionary<string, string> kept, IReadOnlySet<Node> last)
    {
        Quantized = quantized;
        Kept = kept;
        Last = last;
    }

    public IReadOnlySet<Node> Quantized { get; }

    /// <summary>Convolutions that keep floating point, with the reason, by node.</summary>
    public IReadOnlyDictionary<string, string> Kept { get; }

    /// <summary>Products with a constant matrix that get 8 bits, by node; CPU profile only.</summary>
    public IReadOnlyDictionary<Node, ConstantProduct> Products { get; private init; } =
        new Dictionary<Node, ConstantProduct>();

    /// <summary>Convolutions after which no other comes.</summary>
    public IReadOnlySet<Node> Last { get; }

    public static ConvolutionChoice Of(
        Graph graph, GraphLinks links, IReadOnlyDictionary<string, TensorRange> ranges, QuantizationPlan plan)
    {
        var (first, last) = Ends(graph);
        var entering = plan is { Profile: QuantizationProfile.Cpu, ProtectsFinestSums: true }
            ? EnteringFinestSums(graph, links)
            : [];
        var quantized = new HashSet<Node>();
        var kept = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Where(node => node.Is("Conv")))
        {
            var reason = plan.FloatNodes.Contains(Nodes.KeyOf(node)) ? "asked for"
                : plan.ProtectsEnds && first.Contains(node) ? "first convolution"
                : plan.ProtectsEnds && last.Contains(node) ? "last convolution"
                : entering.Contains(node) ? "enters a sum of the finest resolution"
                : Obstacle(node, links, ranges);
            if (reason is null)
            {
                quantized.Add(node);
            }
            else
            {
                kept.Add(Nodes.KeyOf(node), reason);
            }
        }

        var products = plan.Profile != QuantizationProfile.Cpu ? [] : graph.Nodes
            .Where(node => !plan.FloatNodes.Contains(Nodes.KeyOf(node)) && ranges.ContainsKey(
                node.Inputs.FirstOrDefault() ?? ""))
            .Select(node => ConstantProduct.Of(node, links.Constant).Product).OfType<ConstantProduct>();
        return new(quantized, kept, last) { Products = products.ToDictionary(product => product.Node) };
    }

    private static string? Obstacle(Node node, GraphLinks links, IReadOnlyDictionary<string, TensorRange> ranges)
    {
        if (links.Constant(node.Inputs[1]) is not { Type: ElementType.Float, Shape.Length: >= 3 })
        {
            return "weights are not constant float32";
        }

        if (node.Inputs.Length > 2
            && node.Inputs[2].Length > 0
            && links.Constant(node.Inputs[2]) is not { Type: ElementType.Float })
        {
            return "bias is not constant float32";
        }

        return links.IsOutput(node.Outputs[0]) ? "makes an output of the graph"
            : !ranges.ContainsKey(node.Inputs[0]) ? "the range of its input was not calibrated"
            : !ranges.ContainsKey(node.Outputs[0]) ? "the range of its output was not calibrated"
            : null;
    }

    private static HashSet<Node> EnteringFinestSums(Graph graph, GraphLinks links)
    {
        var resolutions = Resolutions.Of(graph, links);
        var finest = Resolutions.FinestOf(graph, resolutions);
        var result = new HashSet<Node>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>(graph.Nodes
            .Where(node => node.Is("Add") && resolutions.GetValueOrDefault(node.Outputs[0]) == finest)
            .SelectMany(sum => sum.Inputs));
        while (waiting.TryPop(out var value))
        {
            var maker = links.Producer(value);
            if (maker.Is("Conv"))
            {
                result.Add(maker!);
            }
            else if (seen.Add(value) && (maker.Is("Add") || maker.Is("Mul") || maker.Is("DepthToSpace")))
            {
                // A gate weakens or passes; pixels move from channels to their places.
                foreach (var input in maker!.Inputs)
                {
                    waiting.Push(input);
                }
            }
        }

        return result;
    }

    private static (HashSet<Node> First, HashSet<Node> Last) Ends(Graph graph)
    {
        // Forwards: values with a convolution before them. Backwards: values with one after them.
        var first = new HashSet<Node>();
        var after = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            var isAfter = node.UsedValues.Any(after.Contains);
            if (node.Is("Conv") && !isAfter)
            {
                first.Add(node);
            }

            if (isAfter || node.Is("Conv"))
            {
                after.UnionWith(node.Outputs);
            }
        }

        var last = new HashSet<Node>();
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes.Reverse())
        {
            var isBefore = node.Outputs.Any(before.Contains);
            if (node.Is("Conv") && !isBefore)
            {
                last.Add(node);
            }

            if (isBefore || node.Is("Conv"))
            {
                before.UnionWith(node.UsedValues);
            }
        }

        return (first, last);
    }
}
