using System.Collections.Immutable;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Where the graph is to run, which decides what can be fused there.</summary>
public enum QuantizationProfile
{
    /// <summary>ONNX Runtime's CPU provider: unsigned 8-bit activations, 8 bits after every convolution, FP32 around.</summary>
    Cpu,

    /// <summary>TensorRT: symmetric signed 8-bit inputs of convolutions, FP16 around.</summary>
    TensorRt,
}

/// <summary>Which sums stay in 8 bits. What is summed from block to block takes up the rounding of each.</summary>
public enum QuantizedSums
{
    None,

    /// <summary>
    /// Those of fewer pixels than the finest convolutions make. On the default package's noise route these cost less than
    /// 0.01 dB, those of the finest 0.2 dB.
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

    /// <summary>Whether the first and last convolutions, where white and black points are made, keep floating point.</summary>
    /// <value>Default true.</value>
    public bool ProtectsEnds { get; init; } = true;

    /// <summary>Which sums of quantized values stay in 8 bits; CPU profile only.</summary>
    /// <value>Default <see cref="QuantizedSums.Coarse"/>.</value>
    public QuantizedSums Sums { get; init; } = QuantizedSums.Coarse;

    /// <summary>Whether products and concatenations of quantized values stay in 8 bits; CPU profile only.</summary>
    /// <value>Default true.</value>
    public bool QuantizesProducts { get; init; } = true;

    /// <summary>
    /// Whether GELU becomes x·sigmoid(1.702 x), a table of 256 values, off by 0.02 at most; CPU profile only.
    /// </summary>
    /// <value>Default false: it wins 2 % of the time and costs 0.1 dB on light noise.</value>
    public bool ApproximatesGelu { get; init; }

    public QuantizationPlan WithFloat(IEnumerable<string> nodes) => this with { FloatNodes = FloatNodes.Union(nodes) };

    /// <summary>The plan in which nothing but these nodes keeps floating point beyond what the profile protects.</summary>
    public QuantizationPlan WithOnlyFloat(IEnumerable<string> nodes) =>
        this with { FloatNodes = FloatNodes.Clear().Union(nodes) };
}
