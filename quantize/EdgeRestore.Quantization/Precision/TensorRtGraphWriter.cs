using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Precision;

/// <summary>
/// Writes Q/DQ where TensorRT fuses it: in front of convolutions and on the other side of their sums.
/// </summary>
/// <remarks>
/// Zero points are zero, weights have one scale per channel, biases stay in floating point, nothing is quantized behind
/// a convolution: https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/work-quantized-types.html
/// </remarks>
internal sealed class TensorRtGraphWriter
{
    // The least normal FP16 value: a scale below it would lose digits, or be zero, which TensorRT refuses.
    private const float SmallestScale = 6.1035156e-5f;

    private readonly OnnxFile source;
    private readonly GraphLinks links;
    private readonly IReadOnlyDictionary<string, TensorRange> ranges;
    private readonly QdqNodes nodes;
    private readonly HashSet<Node> quantized;
    private readonly SortedDictionary<string, string> kept = new(StringComparer.Ordinal);
    private readonly HashSet<string> written = new(StringComparer.Ordinal);

    public TensorRtGraphWriter(OnnxFile source, IReadOnlyDictionary<string, TensorRange> ranges, QuantizationPlan plan)
    {
        this.source = OpsetUpgrade.Apply(Simplification.WithEarliestShapes(ConstantFolding.Apply(source)));
        this.ranges = ranges;
        links = new GraphLinks(this.source.Graph);
        nodes = new QdqNodes(this.source.Graph.Initializers);
        var choice = ConvolutionChoice.Of(this.source.Graph, links, ranges, plan);
        foreach (var (node, reason) in choice.Kept)
        {
            kept.Add(node, reason);
        }

        quantized = [];
        foreach (var node in this.source.Graph.Nodes.Where(choice.Quantized.Contains))
        {
            if (TensorRtRules.Obstacle(node, links.Constant(node.Inputs[1])!.Shape) is { } reason)
            {
                kept.Add(Nodes.KeyOf(node), reason);
            }
            else
            {
                quantized.Add(node);
            }
        }
    }

    public QuantizedGraph Write()
    {
        foreach (var node in source.Graph.Nodes)
        {
            if (quantized.Contains(node))
            {
                WriteConvolution(node);
            }
            else if (SkipOf(node) is { } skip)
            {
                nodes.Add(node.WithInputs([.. node.Inputs.Select(input => input == skip ? Rounded(input) : input)]));
            }
            else
            {
                nodes.Add(node);
            }
        }

        var judged = GraphEdit.With(source, nodes.Nodes, nodes.Initializers);
        return new(
            new HalfGraphWriter(judged).Write(),
            [.. source.Graph.Nodes.Where(quantized.Contains).Select(Nodes.KeyOf)],
            kept)
        {
            Judged = judged,
        };
    }

    private void WriteConvolution(Node node)
    {
        var weight = links.Constant(node.Inputs[1])!;
        var constants = QuantizedWeights.Of(weight.ToFloats(), (int)weight.Shape[0], [], 1, AsHalf);
        nodes.Add(node.WithInputs(
            [Rounded(node.Inputs[0]), nodes.Weight(node.Inputs[1], weight.Shape, constants), .. node.Inputs.Skip(2)]));
    }

    // A sum fuses into the convolution that makes one of its sides; the other side is then read in 8 bits.
    private string? SkipOf(Node node)
    {
        if (!node.Is("Add") || node.Inputs.FirstOrDefault(IsFusable) is not { } fused)
        {
            return null;
        }

        var skip = node.Inputs.First(input => input != fused);
        return skip != fused && links.Constant(skip) is null && ranges.ContainsKey(skip) ? skip : null;
    }

    private bool IsFusable(string value) =>
        links.Producer(value) is { } producer && quantized.Contains(producer) && links.Consumers(value).Count == 1;

    private string Rounded(string value)
    {
        if (written.Add(value))
        {
            var parameters = AffineParameters.Of(
                ranges[value].Min, ranges[value].Max, ElementType.Int8, symmetric: true);
            nodes.Quantize(value, parameters with { Scale = AsHalf(parameters.Scale) });
        }

        return QdqNodes.DequantizedName(value);
    }

    private static float AsHalf(float scale) => (float)(Half)MathF.Max(scale, SmallestScale);
}
