using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>A graph whose operators are being replaced by fewer; what is left without a use goes at the end.</summary>
internal sealed class FusedGraph(OnnxFile source)
{
    private static readonly IntsAttribute ChannelsLast = new("perm", [0, 2, 3, 1]);
    private static readonly IntsAttribute ChannelsFirst = new("perm", [0, 3, 1, 2]);

    private readonly IReadOnlyDictionary<string, ElementType> _types = ValueTypes.Infer(source.Graph);
    private readonly Dictionary<Node, List<Node>> _replacements = [];
    private readonly List<Initializer> _constants = [];
    private readonly List<ValueDefinition> _values = [];

    /// <summary>Of the graph as it was.</summary>
    public GraphLinks Links { get; } = new(source.Graph);

    public bool IsChanged => _replacements.Count > 0;

    /// <summary>Puts nodes in the place of one. They make what it made, under the same name.</summary>
    public void Replace(Node node, params ReadOnlySpan<Node> nodes) => _replacements.Add(node, [.. nodes]);

    /// <summary>
    /// Says of a value made by an operator of our own that it is an image, which ONNX Runtime cannot know: it lays out
    /// convolutions anew only where it does.
    /// </summary>
    public void DescribeImage(string value, ElementType type) =>
        _values.Add(new(value, new TensorType(type, [default, default, default, default])));

    public bool IsReplaced(Node node) => _replacements.ContainsKey(node);

    public string Add(Initializer constant)
    {
        _constants.Add(constant);
        return constant.Name;
    }

    public OnnxFile ToFile()
    {
        var nodes = source.Graph.Nodes.SelectMany(node => _replacements.GetValueOrDefault(node) ?? [node]);
        var file = GraphEdit.With(source, [.. nodes], source.Graph.Initializers.Concat(_constants));
        var made = file.Graph.Nodes.SelectMany(node => node.Outputs).ToHashSet(StringComparer.Ordinal);
        foreach (var value in _values.Where(value => made.Contains(value.Name)))
        {
            file.Graph.Values.Add(value);
        }

        file.Opsets[KernelLibrary.Domain] = 1;
        return file;
    }

    public bool IsFloat(string value) => _types.TryGetValue(value, out var type) && type == ElementType.Float;

    /// <summary>The only node that takes a value which is no output of the graph.</summary>
    public Node? OnlyConsumer(string value) =>
        !Links.IsOutput(value) && Links.Consumers(value) is [var only] ? only : null;

    /// <summary>The node that makes a value, if it is of a type of ONNX's own.</summary>
    public Node? Producer(string value, string opType) =>
        Links.Producer(value) is { } node && node.Is(opType) ? node : null;

    /// <summary>A constant in floats, one that is stored in half precision or with others included.</summary>
    public Initializer? FloatConstant(string value) =>
        Links.Constant(value) is { Type: ElementType.Float } constant ? constant : null;

    /// <summary>Whether a convolution of images takes a value, as it is or in 8 bits.</summary>
    public bool EntersConvolution(string value) => Links.Consumers(value).Any(node =>
        IsConvolution(node)
            || ((node.Is("QuantizeLinear") || node.Is("DequantizeLinear")) && EntersConvolution(node.Outputs[0])));

    /// <summary>How many channels a value in 8 bits has that is what a convolution of images gives.</summary>
    public long? ChannelsOf(string value) =>
        Producer(value, "QuantizeLinear") is { } quantize && Links.Producer(quantize.Inputs[0]) is { } node
            && IsConvolution(node) ? WeightsOf(node)!.Shape[0] : null;

    /// <summary>Whether a value in 8 bits is what a convolution of images, or their enlargement, gives.</summary>
    public bool IsImageInBytes(string value) =>
        Producer(value, "QuantizeLinear") is { } quantize && Links.Producer(quantize.Inputs[0]) is { } node
        && (IsConvolution(node) || node.Is("DepthToSpace"));

    /// <summary>How many channels the convolutions of images want that take a value, as it is or in 8 bits.</summary>
    public IEnumerable<long> ChannelsIntoConvolutions(string value) => Links.Consumers(value).SelectMany(node =>
        IsConvolution(node) && node.Inputs[0] == value ? [WeightsOf(node)!.Shape[1] * node.Int("group", 1)]
        : node.Is("QuantizeLinear") || node.Is("DequantizeLinear") ? ChannelsIntoConvolutions(node.Outputs[0])
        : []);

    /// <summary>
    /// Where an image's places come from: followed back through convolutions that keep its size, and through 8 bits.
    /// </summary>
    public string PlacesOf(string value)
    {
        var node = Links.Producer(value);
        return node is not null
            && (node.Is("QuantizeLinear") || node.Is("DequantizeLinear") || (IsConvolution(node) && KeepsSize(node)))
            ? PlacesOf(node.Inputs[0])
            : value;
    }

    private bool IsConvolution(Node? node) => node.Is("Conv") && WeightsOf(node!) is { Shape.Length: 4 };

    // Weights stand before a DequantizeLinear or a Cast, or as they are.
    private Initializer? WeightsOf(Node convolution)
    {
        var weights = convolution.Inputs[1];
        return Links.Constant(weights)
            ?? (Links.Producer(weights) is { Inputs.Length: > 0 } node ? Links.Constant(node.Inputs[0]) : null);
    }

    private bool KeepsSize(Node convolution)
    {
        var kernel = WeightsOf(convolution)!.Shape;
        var pads = convolution.Ints("pads") ?? [0, 0, 0, 0];
        return (convolution.Ints("strides") ?? [1, 1]).All(stride => stride == 1)
            && (convolution.Ints("dilations") ?? [1, 1]).All(dilation => dilation == 1)
            && !convolution.Attributes.Any(attribute => attribute.Name == "auto_pad")
            && pads is [var top, var left, var bottom, var right]
            && top + bottom == kernel[2] - 1
            && left + right == kernel[3] - 1;
    }

    /// <summary>
    /// The parameters of QuantizeLinear or DequantizeLinear of 8 bits without sign that are constants.
    /// </summary>
    public QuantizationParameters? Parameters(Node node)
    {
        if (node.Inputs.Length < 3
            || FloatConstant(node.Inputs[1]) is not { Shape.Length: <= 1, Data.Length: > 0 } scale
            || Links.Constant(node.Inputs[2]) is not { Type: ElementType.UInt8, Data.Length: > 0 } zeroPoint
            || zeroPoint.Data.Span.ContainsAnyExcept(zeroPoint.Data.Span[0])
            || node.Int("block_size", 0) != 0
            || (scale.Data.Length > sizeof(float) && node.Int("axis", 1) != 1))
        {
            return null;
        }

        return new([.. scale.ToFloats()], zeroPoint.Data.Span[0]);
    }

    // ONNX Runtime has its convolutions in 8 bits take and give channels last, with transpositions around them, and
    // takes these out against ours.
    public static Node ToChannelsLast(string image, string output) =>
        Standard("Transpose", [image], output, ChannelsLast);

    public static Node ToChannelsFirst(string image, string output) =>
        Standard("Transpose", [image], output, ChannelsFirst);

    public static Node Kernel(
        string opType, ImmutableArray<string> inputs, string output,
        params ImmutableArray<NodeAttribute> attributes) => new()
        {
            OpType = opType,
            Domain = KernelLibrary.Domain,
            Inputs = inputs,
            Outputs = [output],
            Attributes = attributes,
        };

    public static Node Standard(
        string opType, ImmutableArray<string> inputs, string output,
        params ImmutableArray<NodeAttribute> attributes) => new()
        {
            OpType = opType,
            Inputs = inputs,
            Outputs = [output],
            Attributes = attributes,
        };
}

/// <summary>Scales of all channels, or one for all, and the zero point that they have in common.</summary>
internal readonly record struct QuantizationParameters(ImmutableArray<float> Scales, byte ZeroPoint)
{
    public bool IsPerTensor => Scales.Length == 1;

    public bool Equals(QuantizationParameters other) =>
        ZeroPoint == other.ZeroPoint && Scales.AsSpan().SequenceEqual(other.Scales.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Scales.Length, ZeroPoint);
}
