using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

/// <summary>A product with a constant matrix, MatMul or Gemm: what a linear layer is exported as.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Matrix">Its constant, (inputs, outputs), or (outputs, inputs) where
/// <paramref name="IsTransposed"/>.</param>
/// <param name="IsTransposed">Whether Gemm's <c>transB</c> is set.</param>
internal sealed record ConstantProduct(Node Node, Initializer Matrix, bool IsTransposed)
{
    // Rounding the input costs a pass over it, which few outputs do not pay back.
    private const long LeastSide = 64;

    public int Outputs => (int)Matrix.Shape[IsTransposed ? 0 : 1];

    public int Inputs => (int)Matrix.Shape[IsTransposed ? 1 : 0];

    /// <summary>Gemm's third input, or null.</summary>
    public string? Bias =>
        Node.Is("Gemm") && Node.Inputs.Length > 2 && Node.Inputs[2].Length > 0 ? Node.Inputs[2] : null;

    /// <summary>The product that a node is, or null with the reason in floating point's favour.</summary>
    public static (ConstantProduct? Product, string? Reason) Of(Node node, Func<string, Initializer?> constant)
    {
        if (!node.Is("MatMul") && !node.Is("Gemm"))
        {
            return (null, null);
        }

        if (constant(node.Inputs[1]) is not { Type: ElementType.Float, Shape.Length: 2 } matrix
            || constant(node.Inputs[0]) is not null)
        {
            return (null, "whose second side is no constant matrix");
        }

        if (node.Is("Gemm")
            && (node.Int("transA", 0) != 0 || node.Attributes.OfType<FloatAttribute>().Any(scale => scale.Value != 1)))
        {
            return (null, "with a factor or a transposed input");
        }

        var product = new ConstantProduct(node, matrix, node.Is("Gemm") && node.Int("transB", 0) != 0);
        return Math.Min(product.Inputs, product.Outputs) >= LeastSide
            ? (product, null) : (null, $"with a side below {LeastSide}, where 8 bits do not pay");
    }

    /// <summary>The matrix in 8 bits, (inputs, outputs), one scale per output.</summary>
    public (sbyte[] Values, float[] Scales) Quantize()
    {
        var source = Matrix.ToFloats();
        var rows = source;
        if (!IsTransposed)
        {
            rows = new float[source.Length];
            for (var index = 0; index < source.Length; index++)
            {
                rows[(index % Outputs * Inputs) + (index / Outputs)] = source[index];
            }
        }

        var rounded = QuantizedWeights.Of(rows, Outputs, [], 1);
        var values = new sbyte[source.Length];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = rounded.Values[(index % Outputs * Inputs) + (index / Outputs)];
        }

        return (values, rounded.Scales);
    }
}
