using System.Collections.Immutable;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Readings;

// Norms and 1x1 convolutions in the forms that ONNX Runtime computes fastest on a CPU. It keeps convolutions in blocks
// of 16 channels (8 without AVX-512) and converts between that layout and the plain one around everything else.
public sealed partial class OnnxReading
{
    private const long ChannelBlock = 16;

    private static bool IsPointwise(OnnxTensor weight, OnnxTensor? bias, int stride, int groups) =>
        weight is { Name: null, Constant: { } kernel } && kernel.Shape[2] == 1 && kernel.Shape[3] == 1
        && stride == 1 && groups == 1 && bias is null or { Constant: not null };

    private static long RoundUp(long channels) => (channels + ChannelBlock - 1) / ChannelBlock * ChannelBlock;

    private OnnxTensor WritePointwise(ShapeValue shape, OnnxTensor x, NamedTensor weight, NamedTensor? bias)
    {
        // What has few channels more than blocks of them is not written before it is known who reads it.
        var outputs = weight.Shape[0];
        return outputs > ChannelBlock && outputs % ChannelBlock != 0
            ? new(shape, null) { Pointwise = (x, weight, bias) }
            : new(shape, WriteConvolution(x, weight, bias));
    }

    // A 1x1 convolution and the depthwise one behind it. With channels that do not fill their blocks the depthwise one
    // would leave the blocked layout and be computed as so many convolutions of one channel, so zeros fill them.
    private OnnxTensor WriteExpansion(
        ShapeValue shape,
        (OnnxTensor Source, NamedTensor Weight, NamedTensor? Bias) expansion,
        NamedTensor depthwise,
        int stride,
        int padding)
    {
        var channels = RoundUp(depthwise.Shape[0]);
        var expanded = WriteConvolution(
            expansion.Source, Pad(expansion.Weight, 0, channels),
            expansion.Bias is { } bias ? Pad(bias, 0, channels) : null);
        var name = WriteConvolution(
            expanded, Constant(Pad(depthwise, 0, channels)), null, depthwise.Shape[2], stride, padding, (int)channels);
        return new(shape, null) { Padded = (name, channels) };
    }

    private string WriteConvolution(OnnxTensor x, NamedTensor weight, NamedTensor? bias)
    {
        string source;
        if (x is { Name: null, Norm: { } norm })
        {
            (weight, bias) = FoldAffine(norm, weight, bias);
            source = norm.Standardised ??= WriteStandardised(norm);
        }
        else if (x is { Name: null, Padded: { } padded })
        {
            weight = Pad(weight, 1, padded.Channels);
            source = padded.Name;
        }
        else
        {
            source = NameOf(x);
        }

        return WriteConvolution(
            source, Constant(weight), bias is null ? null : Constant(bias), kernel: 1, stride: 1, padding: 0,
            groups: 1);
    }

    private string WriteConvolution(
        string x, string weight, string? bias, long kernel, int stride, int padding, int groups) => builder.Add(
        "Conv",
        bias is null ? [x, weight] : [x, weight, bias],
        new IntAttribute("group", groups),
        new IntsAttribute("kernel_shape", [kernel, kernel]),
        new IntsAttribute("pads", [padding, padding, padding, padding]),
        new IntsAttribute("strides", [stride, stride]));

    // W (gamma z + beta) + b = (W gamma) z + (W beta + b)
    private static (NamedTensor Weight, NamedTensor Bias) FoldAffine(
        DeferredNorm norm, NamedTensor weight, NamedTensor? bias)
    {
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        var folded = new float[weight.Values.Length];
        var offsets = new float[outputs];
        for (var output = 0L; output < outputs; output++)
        {
            var offset = (double)(bias?.Values[output] ?? 0);
            for (var input = 0L; input < inputs; input++)
            {
                var index = (output * inputs) + input;
                folded[index] = (float)((double)weight.Values[index] * norm.Weight.Values[input]);
                offset += (double)weight.Values[index] * norm.Bias.Values[input];
            }

            offsets[output] = (float)offset;
        }

        return (
            new($"{weight.Name}.folded", weight.Shape, folded),
            new($"{weight.Name}.folded.bias", [outputs], offsets));
    }

    // (x - mean) / sqrt(variance + eps) with means as products with a row of 1/C, which pass over the pixels in
    // memory's order. LayerNormalization takes a pixel's channels as a row, and rows of 16 numbers are all overhead; so
    // are reductions over an axis that is not the last (SymUNet of width 16 at 256x256, one thread: 213 ms with such
    // reductions, 166 ms with products).
    private string WriteStandardised(DeferredNorm norm)
    {
        var channels = norm.Weight.Values.Length;
        var row = Constant(new($"mean.{channels}", [1, channels], [.. Enumerable.Repeat(1f / channels, channels)]));
        var pixels = builder.Add("Reshape", [NameOf(norm.Source), builder.Constant(0, channels, -1)]);
        var centred = builder.Add("Sub", [pixels, builder.Add("MatMul", [row, pixels])]);
        var variance = builder.Add("MatMul", [row, builder.Add("Mul", [centred, centred])]);
        var deviation = builder.Add("Sqrt", [builder.Add("Add", [variance, builder.Constant((float)norm.Eps)])]);
        var scaled = builder.Add("Mul", [centred, builder.Add("Reciprocal", [deviation])]);
        return builder.Add("Reshape", [scaled, ShapeOf(norm.Source)]);
    }

    private string WriteNorm(string x, string weight, string bias, double eps)
    {
        var last = builder.Add("Transpose", [x], new IntsAttribute("perm", [0, 2, 3, 1]));
        var norm = builder.Add(
            "LayerNormalization",
            [last, weight, bias],
            new IntAttribute("axis", -1),
            new FloatAttribute("epsilon", (float)eps));
        return builder.Add("Transpose", [norm], new IntsAttribute("perm", [0, 3, 1, 2]));
    }

    private string Constant(NamedTensor tensor) =>
        builder.Initializer(Initializer.Of(tensor.Name, tensor.Shape, tensor.Values));

    // Zeros behind what stands along an axis.
    private static NamedTensor Pad(NamedTensor tensor, int axis, long size)
    {
        var inner = tensor.Shape.Skip(axis).Aggregate(1L, (product, side) => product * side);
        var paddedInner = inner / tensor.Shape[axis] * size;
        var shape = tensor.Shape.ToArray();
        shape[axis] = size;
        var values = new float[tensor.Values.Length / inner * paddedInner];
        for (var row = 0L; row < tensor.Values.Length / inner; row++)
        {
            Array.Copy(tensor.Values, row * inner, values, row * paddedInner, inner);
        }

        return new($"{tensor.Name}.padded", shape, values);
    }
}
