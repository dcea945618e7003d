using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Precision;

/// <summary>
/// Which values of a graph stand in 8 bits, and with which parameters, for ONNX Runtime's CPU provider.
/// </summary>
/// <remarks>
/// The provider fuses a convolution only when 8 bits follow it at once. Between convolutions, what stays in 8 bits
/// moves a quarter of the memory, so sums, products, concatenations and pixel shuffles of such values stay there too.
/// </remarks>
internal sealed class CpuPlacement
{
    // What leaves each element where it is in memory, or moves whole values: products see through it.
    private static readonly HashSet<string> Moving =
        new(StringComparer.Ordinal) { "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice" };

    // How many convolutions in front of the pixels read values that no method clips.
    private const int ProtectedConvolutions = 2;

    private readonly GraphLinks links;
    private readonly IReadOnlyDictionary<string, TensorRange> ranges;
    private readonly QuantizationPlan plan;
    private readonly Dictionary<string, GeluPattern> gelus;
    private readonly HashSet<Node> insideGelu;
    private readonly HashSet<Node> beforeLast;
    private readonly IReadOnlyDictionary<string, double> resolutions;
    private readonly double finest;
    private readonly IReadOnlyDictionary<string, ChannelStatistics>? channels;
    private readonly HashSet<string> nearPixels;

    public CpuPlacement(
        Graph graph, GraphLinks links, IReadOnlyDictionary<string, TensorRange> ranges, QuantizationPlan plan,
        IReadOnlyDictionary<string, ChannelStatistics>? channels)
    {
        this.links = links;
        this.ranges = ranges;
        this.plan = plan;
        Choice = ConvolutionChoice.Of(graph, links, ranges, plan);
        gelus = GeluPattern.FindAll(graph, links).ToDictionary(gelu => gelu.Output, StringComparer.Ordinal);
        insideGelu = [.. gelus.Values.SelectMany(gelu => gelu.Nodes)];

        // An error made here reaches the pixels as it is, with nothing after it to average it out.
        beforeLast = plan.ProtectsEnds
            ? [.. Choice.Last.Select(node => links.Producer(node.Inputs[0])).OfType<Node>().Where(
                node => !node.Is("Conv"))]
            : [];
        this.channels = channels;
        nearPixels = plan.ProtectsEnds ? NearPixels() : [];
        resolutions = Resolutions.Of(graph, links);
        finest = Resolutions.FinestOf(graph, resolutions);
        foreach (var node in graph.Nodes)
        {
            Place(node);
        }

        if (plan.EqualizesChannels && channels is not null)
        {
            Equalized = ChannelEqualization.Of(this, links, channels);
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

    /// <summary>Products with a constant matrix in 8 bits, in the graph's order.</summary>
    public Dictionary<Node, ConstantProduct> Products { get; } = [];

    /// <summary>Channels of values whose product must stay in floating point, by value.</summary>
    public Dictionary<string, int> FloatProducts { get; } = new(StringComparer.Ordinal);

    /// <summary>What each channel of a value in 8 bits was divided by, by value.</summary>
    public Dictionary<string, float[]> Equalized { get; } = new(StringComparer.Ordinal);

    private Dictionary<string, int> Channels { get; } = new(StringComparer.Ordinal);

    private void Place(Node node)
    {
        if (Choice.Quantized.Contains(node))
        {
            PlaceConvolution(node);
        }
        else if (Choice.Products.TryGetValue(node, out var product) && !MadeQuantized.Contains(node.Inputs[0]))
        {
            // What exists in 8 bits only may be stretched by channel, which a product cannot take back.
            Enter(node.Inputs[0]);
            Products.Add(node, product);
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
            case "Mul" when plan.QuantizesProducts
                && node.Inputs[0] != node.Inputs[1]
                && !OnlyFloatConvolutionsTake(node):
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

    // Rounding what is read in floating point costs time and quality.
    private bool OnlyFloatConvolutionsTake(Node node) => links.Consumers(node.Outputs[0])
        .All(consumer => consumer.Is("Conv") && !Choice.Quantized.Contains(consumer));

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

    private AffineParameters ParametersOf(string value)
    {
        var (min, max) = (ranges[value].Min, ranges[value].Max);
        if (nearPixels.Contains(value) && channels is not null && channels.TryGetValue(value, out var seen))
        {
            foreach (var (least, greatest) in seen.Mins.ToArray().Zip(seen.Maxs.ToArray()))
            {
                (min, max) = (MathF.Min(min, least), MathF.Max(max, greatest));
            }
        }

        return AffineParameters.Of(min, max, ElementType.UInt8, symmetric: false);
    }

    // What the last convolutions read: clipped there, white would come out grey
    // (https://github.com/OpenPPL/ppq/issues/480).
    private HashSet<string> NearPixels()
    {
        var result = new HashSet<string>(StringComparer.Ordinal);
        var wave = Choice.Last.Select(node => node.Inputs[0]).ToList();
        for (var distance = 0; distance < ProtectedConvolutions; distance++)
        {
            var next = new List<string>();
            while (wave.Count > 0)
            {
                var value = wave[^1];
                wave.RemoveAt(wave.Count - 1);
                if (result.Add(value) && links.Producer(value) is { } producer)
                {
                    (producer.Is("Conv") ? next : wave).AddRange(
                        producer.Is("Conv")
                            ? [producer.Inputs[0]]
                            : producer.Inputs.Where(input => links.Constant(input) is null));
                }
            }

            wave = next;
        }

        return result;
    }

    // ONNX Runtime would multiply two 8-bit matrices with 32-bit sums. Over the pixels of a large frame those overflow:
    // 127² × 133,144 is 2³¹ - 1. One side is written with a scale per channel, which it does not fuse.
    private void FindProductsToKeepFloat(Graph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("MatMul")))
        {
            var sources = node.Inputs.Select(SourceOf).ToArray();
            if (sources.All(MadeQuantized.Contains)
                && sources.FirstOrDefault(source => ChannelsOf(source) > 0) is { } source)
            {
                FloatProducts[source] = ChannelsOf(source);
            }
        }
    }

    private string SourceOf(string value)
    {
        while (!MadeQuantized.Contains(value)
            && links.Producer(value) is { Domain: "" } producer
            && Moving.Contains(producer.OpType))
        {
            value = producer.Inputs[0];
        }

        return value;
    }
}
