using System.Collections.Immutable;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Where the graph is to run, which decides what can be fused there.</summary>
public enum QuantizationProfile
{
    /// <summary>
    /// ONNX Runtime's CPU provider: unsigned 8-bit activations, 8 bits after every convolution, FP32 around.
    /// </summary>
    Cpu,

    /// <summary>TensorRT: symmetric signed 8-bit inputs of convolutions, FP16 around.</summary>
    TensorRt,
}

/// <summary>Which sums stay in 8 bits. What is summed from block to block takes up the rounding of each.</summary>
public enum QuantizedSums
{
    None,

    /// <summary>
    /// Those of fewer pixels than the finest convolutions make. On the default package's noise route these cost 0.01
    /// dB, those of the finest 0.2 dB.
    /// </summary>
    Coarse,

    All,
}

/// <summary>What gets 8 bits. Immutable: a search derives one plan from another.</summary>
public sealed record QuantizationPlan
{
    public static QuantizationPlan ForCpu { get; } = new() { Profile = QuantizationProfile.Cpu };

    public static QuantizationPlan ForTensorRt { get; } = new() { Profile = QuantizationProfile.TensorRt };

    public required QuantizationProfile Profile { get; init; }

    /// <summary>Convolutions, sums and products that keep floating point, by node.</summary>
    public ImmutableHashSet<string> FloatNodes { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>
    /// Whether the first and last convolutions, where white and black points are made, keep floating point.
    /// </summary>
    /// <value>Default true.</value>
    public bool ProtectsEnds { get; init; } = true;

    /// <summary>Which sums of quantized values stay in 8 bits; CPU profile only.</summary>
    /// <value>Default <see cref="QuantizedSums.None"/>: the others win no time, since each of their sides is rounded
    /// for it.</value>
    public QuantizedSums Sums { get; init; } = QuantizedSums.None;

    /// <summary>
    /// Whether convolutions whose output enters a sum of the finest resolution keep floating point: their rounding
    /// reaches the pixels as it is. CPU profile only; TensorRT does not round what a convolution makes.
    /// </summary>
    /// <value>Default true.</value>
    public bool ProtectsFinestSums { get; init; } = true;

    /// <summary>Whether products and concatenations of quantized values stay in 8 bits; CPU profile only.</summary>
    /// <value>Default true.</value>
    public bool QuantizesProducts { get; init; } = true;

    /// <summary>
    /// Whether GELU becomes x·sigmoid(1.702 x), a table of 256 values, off by 0.02 at most; CPU profile only.
    /// </summary>
    /// <value>Default false: it wins 2 % of the time and costs 0.1 dB on light noise.</value>
    public bool ApproximatesGelu { get; init; }

    /// <summary>
    /// Whether channels of a convolution's output are stretched to the tensor's whole range where nothing but depthwise
    /// convolutions and floating point takes them, which fold the stretch in; CPU profile only, and only with
    /// statistics of channels.
    /// </summary>
    /// <value>Default true.</value>
    public bool EqualizesChannels { get; init; } = true;

    /// <summary>
    /// Whether biases take off what rounded weights add to the mean, also of convolutions that had none; CPU profile
    /// only, and only with statistics of channels.
    /// </summary>
    /// <value>Default true.</value>
    public bool CorrectsBias { get; init; } = true;

    /// <summary>
    /// Whether biases stand in the file in 32 bits with a scale per channel, and not as floats of which ONNX Runtime
    /// makes the same when it loads them; CPU profile only.
    /// </summary>
    /// <value>Default false: the computation is the same and the file longer (docs/precision.md).</value>
    public bool StoresBiasesInInt32 { get; init; }

    public QuantizationPlan WithFloat(IEnumerable<string> nodes) => this with { FloatNodes = FloatNodes.Union(nodes) };

    /// <summary>
    /// The plan in which nothing but these nodes keeps floating point beyond what the profile protects.
    /// </summary>
    public QuantizationPlan WithOnlyFloat(IEnumerable<string> nodes) =>
        this with { FloatNodes = FloatNodes.Clear().Union(nodes) };
}
