using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

/// <summary>
/// Collects the nodes and constants of a quantized graph, named as ONNX Runtime's own tool names them.
/// </summary>
internal sealed class QdqNodes(IEnumerable<Initializer> initializers)
{
    private readonly List<Node> nodes = [];
    private readonly Dictionary<string, Initializer> constants = initializers.ToDictionary(
        initializer => initializer.Name, StringComparer.Ordinal);

    public IReadOnlyList<Node> Nodes => nodes;

    public IEnumerable<Initializer> Initializers => constants.Values;

    /// <summary>Whether an operator of ONNX Runtime's own is among the nodes.</summary>
    public bool UsesContributed { get; private set; }

    public static string QuantizedName(string value) => $"{value}_QuantizeLinear_Output";

    public static string DequantizedName(string value) => $"{value}_DequantizeLinear_Output";

    public void Add(Node node) => nodes.Add(node);

    public void AddContributed(Node node)
    {
        UsesContributed = true;
        nodes.Add(node);
    }

    /// <summary>Quantizes a value and gives it back as <see cref="DequantizedName"/>.</summary>
    public void Quantize(string value, AffineParameters parameters)
    {
        var (scale, zero) = Scalars(value, parameters);
        nodes.Add(new()
        {
            OpType = "QuantizeLinear",
            Name = $"{value}_QuantizeLinear",
            Inputs = [value, scale, zero],
            Outputs = [QuantizedName(value)],
        });
        Dequantize(QuantizedName(value), value, parameters);
    }

    /// <summary>Reads 8 bits as floats, under a name derived from <paramref name="value"/>.</summary>
    public string Dequantize(string quantized, string value, AffineParameters parameters)
    {
        var (scale, zero) = Scalars(value, parameters);
        nodes.Add(new()
        {
            OpType = "DequantizeLinear",
            Name = $"{value}_DequantizeLinear",
            Inputs = [quantized, scale, zero],
            Outputs = [DequantizedName(value)],
        });
        return DequantizedName(value);
    }

    /// <summary>The same floats through a scale per channel, each so many times the common one.</summary>
    public string DequantizePerChannel(string value, AffineParameters parameters, float[] factors)
    {
        var output = $"{value}_PerChannel_DequantizeLinear_Output";
        if (constants.ContainsKey($"{value}_scales"))
        {
            return output;
        }

        var zeros = Enumerable.Repeat((byte)parameters.ZeroPoint, factors.Length).ToArray();
        var scale = Initializer.Of(
            $"{value}_scales", [factors.Length],
            factors.Select(factor => parameters.Scale * factor).ToArray().AsSpan());
        nodes.Add(new()
        {
            OpType = "DequantizeLinear",
            Name = $"{value}_PerChannel_DequantizeLinear",
            Inputs =
            [
                QuantizedName(value),
                Constant(scale),
                Constant(new($"{value}_zero_points", parameters.Type, [factors.Length], zeros)),
            ],
            Outputs = [output],
            Attributes = [new IntAttribute("axis", 1)],
        });
        return output;
    }

    /// <summary>A weight in 8 bits, read as floats; equal weights with equal scales stand there once.</summary>
    public string Weight(string name, ImmutableArray<long> shape, QuantizedWeights weights)
    {
        // Convolutions of different inputs may share a weight; their scales differ where a bias needed room.
        var scales = Initializer.Of($"{name}_scale", [weights.Scales.Length], weights.Scales);
        for (var suffix = 1; constants.TryGetValue(scales.Name, out var there)
            && !there.Data.Span.SequenceEqual(scales.Data.Span); suffix++)
        {
            scales = Initializer.Of(
                string.Create(CultureInfo.InvariantCulture, $"{name}_scale_{suffix}"), [weights.Scales.Length],
                weights.Scales);
        }

        var stem = name + scales.Name[(name.Length + "_scale".Length)..];
        if (constants.ContainsKey(scales.Name))
        {
            return DequantizedName(stem);
        }

        nodes.Add(new()
        {
            OpType = "DequantizeLinear",
            Name = $"{stem}_DequantizeLinear",
            Inputs =
            [
                Constant(QuantizedWeights.Tensor($"{stem}_quantized", shape.AsSpan(), weights.Values)),
                Constant(scales),
                Constant(new(
                    $"{stem}_zero_point", ElementType.Int8, [weights.Scales.Length], new byte[weights.Scales.Length])),
            ],
            Outputs = [DequantizedName(stem)],
            Attributes = [new IntAttribute("axis", 0)],
        });
        return DequantizedName(stem);
    }

    /// <summary>
    /// A value in 8 bits times a matrix (inputs, outputs) in 8 bits with a scale per output, as floats.
    /// </summary>
    public void Product(
        string name, (string Name, AffineParameters Parameters) input,
        (ImmutableArray<long> Shape, sbyte[] Values, float[] Scales) matrix,
        string? bias, string output)
    {
        var (scale, zero) = Scalars(input.Name, input.Parameters);
        AddContributed(new()
        {
            OpType = "MatMulIntegerToFloat",
            Domain = "com.microsoft",
            Name = name,
            Inputs =
            [
                QuantizedName(input.Name),
                Constant(QuantizedWeights.Tensor($"{name}_matrix_quantized", matrix.Shape.AsSpan(), matrix.Values)),
                scale,
                Constant(Initializer.Of($"{name}_matrix_scale", [matrix.Scales.Length], matrix.Scales)),
                zero,
                Constant(new(
                    $"{name}_matrix_zero_point", ElementType.Int8, [matrix.Scales.Length],
                    new byte[matrix.Scales.Length])),
                .. bias is null ? Array.Empty<string>() : [bias],
            ],
            Outputs = [output],
        });
    }

    /// <summary>
    /// The bias of a convolution. It stays in floating point: ONNX Runtime makes 32 bits of it when it loads the graph,
    /// with the scale that the weights left room for, and in the file it is one tensor instead of three.
    /// </summary>
    public string Bias(string node, float[] bias) => Constant(Initializer.Of($"{node}_bias", [bias.Length], bias));

    /// <summary>The bias in 32 bits, read as floats by the scales of the products that it is added to.</summary>
    public string Bias(string node, float[] bias, float[] scales)
    {
        var values = new int[bias.Length];
        for (var channel = 0; channel < bias.Length; channel++)
        {
            values[channel] = (int)Math.Clamp(
                Math.Round((double)bias[channel] / scales[channel], MidpointRounding.ToEven), int.MinValue,
                int.MaxValue);
        }

        nodes.Add(new()
        {
            OpType = "DequantizeLinear",
            Name = $"{node}_bias_DequantizeLinear",
            Inputs =
            [
                Constant(new(
                    $"{node}_bias_quantized", ElementType.Int32, [bias.Length],
                    MemoryMarshal.AsBytes(values.AsSpan()).ToArray())),
                Constant(Initializer.Of($"{node}_bias_scale", [bias.Length], scales)),
            ],
            Outputs = [DequantizedName($"{node}_bias")],
            Attributes = [new IntAttribute("axis", 0)],
        });
        return DequantizedName($"{node}_bias");
    }

    private (string Scale, string Zero) Scalars(string value, AffineParameters parameters) => (
        Constant(Initializer.Scalar($"{value}_scale", parameters.Scale)),
        Constant(new($"{value}_zero_point", parameters.Type, [], new[] { (byte)parameters.ZeroPoint })));

    private string Constant(Initializer constant)
    {
        constants.TryAdd(constant.Name, constant);
        return constant.Name;
    }
}
