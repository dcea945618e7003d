using System.Collections.Immutable;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Precision;

/// <summary>A graph with 8-bit convolutions, and what became of each of them.</summary>
/// <param name="File">The graph, ready to be written.</param>
/// <param name="QuantizedConvolutions">By node, in the graph's order.</param>
/// <param name="FloatConvolutions">Those that keep floating point, with the reason.</param>
public sealed record QuantizedGraph(
    OnnxFile File,
    ImmutableArray<string> QuantizedConvolutions,
    IReadOnlyDictionary<string, string> FloatConvolutions)
{
    /// <summary>
    /// The graph to judge on a CPU: the same roundings, typed FP32 throughout, where <see cref="File"/> is typed FP16.
    /// </summary>
    /// <remarks>
    /// ONNX Runtime 1.29's CPU provider truncates where QuantizeLinear of FP16 must round:
    /// https://github.com/microsoft/onnxruntime/pull/32452
    /// </remarks>
    public OnnxFile Judged { get; init; } = File;

    /// <summary>Products with a constant matrix in 8 bits, by node, in the graph's order.</summary>
    public ImmutableArray<string> QuantizedProducts { get; init; } = [];

    /// <summary>Whether anything computes in 8 bits; without, the graph must not pass for one in 8 bits.</summary>
    public bool HasEightBits => QuantizedConvolutions.Length + QuantizedProducts.Length > 0;

    /// <summary>Why convolutions keep floating point, and how many for each reason.</summary>
    public string FloatReasons => string.Join(
        ", ",
        FloatConvolutions.GroupBy(kept => kept.Value, StringComparer.Ordinal)
            .Select(reason => $"{reason.Key}: {reason.Count()}"));

    private static readonly HashSet<string> QuantizedOperators = new(StringComparer.Ordinal)
    {
        "QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger",
        "DynamicQuantizeLinear",
    };

    /// <summary>Quantizes a graph as a plan says. The same arguments give the same graph.</summary>
    /// <param name="source">The FP32 graph; it is not changed.</param>
    /// <param name="ranges">Calibrated ranges by the names of the graph's values.</param>
    /// <param name="plan">What gets 8 bits.</param>
    /// <param name="channels">Channels of convolutions' inputs and outputs; null when they were not looked at.</param>
    /// <exception cref="QuantizationException">There is nothing to quantize, or it is quantized already.</exception>
    public static QuantizedGraph Build(
        OnnxFile source, IReadOnlyDictionary<string, TensorRange> ranges, QuantizationPlan plan,
        IReadOnlyDictionary<string, ChannelStatistics>? channels = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentNullException.ThrowIfNull(plan);
        RequireFloat(source);
        return plan.Profile switch
        {
            QuantizationProfile.Cpu => new CpuGraphWriter(source, ranges, plan, channels).Write(),
            QuantizationProfile.TensorRt => new TensorRtGraphWriter(source, ranges, plan).Write(),
            _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.Profile, "Not a profile."),
        };
    }

    internal static void RequireFloat(OnnxFile source)
    {
        if (source.Graph.Nodes.FirstOrDefault(node => QuantizedOperators.Contains(node.OpType)) is { } quantized)
        {
            throw new QuantizationException(
                $"Graph '{source.Graph.Name}' is quantized already: found {quantized}. Allowed is a graph in FP32, "
                + "from which every precision is made: take the package that it came from.");
        }

        if (!source.Graph.Nodes.Any(node => node.Is("Conv")))
        {
            throw new QuantizationException(
                $"Graph '{source.Graph.Name}' has nothing to quantize: found no Conv among its "
                + $"{source.Graph.Nodes.Count} operators. Use it as it is, or in FP16.");
        }

        if (source.Opsets[""] < 13)
        {
            throw new QuantizationException(
                $"Graph '{source.Graph.Name}' is of opset {source.Opsets[""]}; scales per channel need 13 or later. "
                + "Export it again with opset 17.");
        }
    }
}
