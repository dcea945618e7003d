using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Readings;

/// <summary>What a value is in the ONNX reading.</summary>
/// <remarks>
/// Some values are not written until somebody needs them as they are, because the operator behind them may take them in
/// a cheaper form: constants (split or reshaped before they are written), pixel unshuffle, normalised matrices, norms,
/// 1x1 convolutions.
/// </remarks>
public sealed class OnnxTensor
{
    internal OnnxTensor(ShapeValue shape, string? name)
    {
        Shape = shape;
        Name = name;
    }

    /// <summary>
    /// Channels and ranks are those of the graph; sizes of the image are those of a representative one.
    /// </summary>
    internal ShapeValue Shape { get; }

    /// <summary>The graph's value, once it is written.</summary>
    internal string? Name { get; set; }

    /// <summary>The value, where it is a constant.</summary>
    internal NamedTensor? Constant { get; init; }

    /// <summary>Where this is the pixel unshuffle of another value by a factor.</summary>
    internal (OnnxTensor Source, int Factor)? Unshuffled { get; init; }

    /// <summary>Where this is another value over its length along the last axis, transposed or not.</summary>
    internal (OnnxTensor Source, string Length, bool Transposed)? Normalised { get; init; }

    /// <summary>Where this is the norm over channels of another value.</summary>
    internal DeferredNorm? Norm { get; init; }

    /// <summary>Where this is a 1x1 convolution of another value, with constant weights.</summary>
    internal (OnnxTensor Source, NamedTensor Weight, NamedTensor? Bias)? Pointwise { get; init; }

    /// <summary>
    /// Where the graph has this with channels of zeros behind its own: that value, and how many it has.
    /// </summary>
    internal (string Name, long Channels)? Padded { get; init; }
}

/// <summary>A norm over channels whose affine part may go into the convolutions behind it.</summary>
internal sealed record DeferredNorm(OnnxTensor Source, NamedTensor Weight, NamedTensor Bias, double Eps)
{
    /// <summary>The source centred and scaled, without the affine part, once it is written.</summary>
    public string? Standardised { get; set; }
}
