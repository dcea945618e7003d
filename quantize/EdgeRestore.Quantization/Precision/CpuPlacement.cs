using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Which values of a graph stand in 8 bits, and with which parameters, for ONNX Runtime's CPU provider.</summary>
/// <remarks>
/// The provider fuses a convolution only when 8 bits follow it at once. Between convolutions, what stays in 8 bits moves a
/// quarter of the memory, so sums, products, concatenations and pixel shuffles of such values stay there too.
/// </remarks>
internal sealed class CpuPlacement
{
    // What leaves each element where it is in memory, or moves whole values: products see through it.
    private static readonly HashSet<string> Moving =
        new(StringComparer.Ordinal) { "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice" };

    private readonly GraphLinks links;
    private readonly IReadOnlyDictionary<string, TensorRange> ranges;
    private readonly QuantizationPlan plan;
    private readonly Dictionary<string, GeluPattern> gelus;
    private readonly HashSet<Node> insideGelu;
    private readonly HashSet<Node> beforeLast;
    private readonly IReadOnlyDictionary<string, double> resolutions;
    private readonly double finest;

    public CpuPlacement(
        Graph graph, GraphLinks links, IReadOnlyDictionary<string, TensorRange> ranges, QuantizationPlan plan)
    {
        this.links = links;
        this.ranges = ranges;
        this.plan = plan;
        Choice = ConvolutionChoice.Of(graph, links, ranges, plan);
        gelus = GeluPattern.FindAll(graph, links).ToDictionary(gelu => gelu.Output, StringComparer.Ordinal);
        insideGelu = [.. gelus.Values.SelectMany(gelu => gelu.Nodes)];

        // An error made here reaches the pixels as it is, with nothing after it to average it out.
        beforeLast = plan.ProtectsEnds
            ? [.. Choice.Last.Select(node => links.Producer(node.Inputs[0])).OfType<Node>().Where(node => !node.Is("Conv"))]
            : [];
        resolutions = Resolutions.Of(graph, links);
        finest = graph.Nodes.Where(node => node.Is("Conv"))
            .Min(node => resolutions.GetValueOrDefault(node.Outputs[0], double.MaxValue));
        foreach (var node in graph.Nodes)
        {
            Place(node);
        }

        FindProductsToKeepFloat(graph);
    }

    public ConvolutionChoice Choice { get; }

    /// <summary>Nodes that run in 8 bits, convolutions included.</summary>
    public HashSet<Node> Quantized { get; } = [];

    /// <summary>Values in 8 bits, those that a float operator makes and a quantized one takes included.</summary>
    public Dictionary<string, AffineParameters> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Values that exist in 8 bits only.</summary>
    public HashSet<string> MadeQuantized { get; } = new(StringComparer.Ordinal);

    /// <summary>Activations that follow a convolution and are nothing but a bound of its 8 bits.</summary>
    public HashSet<Node> Absorbed { get; } = [];

    /// <summary>GELU of values in 8 bits, by output.</summary>
    public Dictionary<string, GeluPattern> Gelus { get; } = new(StringComparer.Ordinal);

    /// <summary>Channels of values whose product must stay in floating point, by value.</summary>
    public Dictionary<string, int> FloatProducts { get; } = new(StringComparer.Ordinal);

    private Dictionary<string, int> Channels { get; } = new(StringComparer.Ordinal);

    private void Place(Node node)
    {
        if (Choice.Quantized.Contains(node))
        {
            PlaceConvolution(node);
        }
        else if (insideGelu.Contains(node))
        {
            if (gelus.TryGetValue(node.Outputs[0], out var gelu) && MadeQuantized.Contains(gelu.Input)
                && ranges.ContainsKey(gelu.Output))
            {
                Gelus.Add(gelu.Output, gelu);
                if (plan.ApproximatesGelu)
                {
                    Make(gelu.Output, node, ChannelsOf(gelu.Input));
                }
            }
        }
        else if (!plan.FloatNodes.Contains(Nodes.KeyOf(node)) && !beforeLast.Contains(node)
            && !links.IsOutput(node.Outputs[0]) && node.Domain.Length == 0)
        {
            PlaceElementwise(node);
        }
    }

    private void PlaceConvolution(Node node)
    {
        var output = node.Outputs[0];
        var activation = links.Consumers(output) is [var only] && !links.IsOutput(only.Outputs[0]) ? only : null;
        if (activation is not null && (activation.Is("Relu") || activation.Is("Clip"))
            && ranges.TryGetValue(activation.Outputs[0], out var range) && range.Min >= 0)
        {
            // The least 8-bit value stands for zero then, so that quantizing clamps as the activation does.
            Absorbed.Add(activation);
            output = activation.Outputs[0];
        }

        Enter(node.Inputs[0]);
        Make(output, node, (int)links.Constant(node.Inputs[1])!.Shape[0]);
    }

    private void PlaceElementwise(Node node)
    {
        switch (node.OpType)
        {
            case "Add" when IsQuantizedSum(node) && node.Inputs[0] != node.Inputs[1]:
            case "Mul" when plan.QuantizesProducts && node.Inputs[0] != node.Inputs[1]:
            case "Concat" when plan.QuantizesProducts:
                if (node.Inputs.Any(MadeQuantized.Contains)
                    && node.Inputs.All(input => links.Constant(input) is null && ranges.ContainsKey(input))
                    && ranges.ContainsKey(node.Outputs[0]))
                {
                    foreach (var input in node.Inputs)
                    {
                        Enter(input);
                    }

                    Make(node.Outputs[0], node, node.OpType == "Concat" ? 0 : node.Inputs.Max(ChannelsOf));
                }

                break;
            case "DepthToSpace" when MadeQuantized.Contains(node.Inputs[0]):
                var side = (int)node.Int("blocksize", 1);
                MakeLike(node, ChannelsOf(node.Inputs[0]) / (side * side));
                break;
            case "Split" when MadeQuantized.Contains(node.Inputs[0]):
            case "MaxPool" when MadeQuantized.Contains(node.Inputs[0]) && node.Outputs.Length == 1:
                MakeLike(node, 0);
                break;
        }
    }

    private bool IsQuantizedSum(Node node) => plan.Sums == QuantizedSums.All
        || (plan.Sums == QuantizedSums.Coarse && resolutions.GetValueOrDefault(node.Outputs[0]) > finest);

    private int ChannelsOf(string value) => Channels.GetValueOrDefault(value);

    private void Enter(string value)
    {
        if (!Parameters.ContainsKey(value))
        {
            Parameters.Add(value, ParametersOf(value));
        }
    }

    private void Make(string value, Node node, int channels)
    {
        Quantized.Add(node);
        Parameters[value] = ParametersOf(value);
        MadeQuantized.Add(value);
        Channels[value] = channels;
    }

    // What only moves values keeps their scale, or it would be an operator more.
    private void MakeLike(Node node, int channels)
    {
        Quantized.Add(node);
        foreach (var output in node.Outputs.Where(output => output.Length > 0))
        {
            Parameters[output] = Parameters[node.Inputs[0]];
            MadeQuantized.Add(output);
            Channels[output] = channels;
        }
    }

    private AffineParameters ParametersOf(string value) =>
        AffineParameters.Of(ranges[value].Min, ranges[value].Max, ElementType.UInt8, symmetric: false);

    // ONNX Runtime would multiply two 8-bit matrices with 32-bit sums. Over the pixels of a large frame those overflow:
    // 127² × 133,144 is 2³¹ - 1. One side is written with a scale per channel, which it does not fuse.
    private void FindProductsToKeepFloat(Graph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("MatMul")))
        {
            var sources = node.Inputs.Select(SourceOf).ToArray();
            if (sources.All(MadeQuantized.Contains) && sources.FirstOrDefault(source => ChannelsOf(source) > 0) is { } source)
            {
                FloatProducts[source] = ChannelsOf(source);
            }
        }
    }

    private string SourceOf(string value)
    {
        while (!MadeQuantized.Contains(value) && links.Producer(value) is { Domain: "" } producer && Moving.Contains(producer.OpType))
        {
            value = producer.Inputs[0];
        }

        return value;
    }
}
