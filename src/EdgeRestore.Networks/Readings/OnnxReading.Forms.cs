using System.Collections.Immutable;
using System.Diagnostics;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Readings;

// Operators that are written in another form than they are defined in.
public sealed partial class OnnxReading
{
    public OnnxTensor Conv2d(
        OnnxTensor x, OnnxTensor weight, OnnxTensor? bias, int stride = 1, int padding = 0, int groups = 1)
    {
        var shape = shapes.Conv2d(x.Shape, weight.Shape, bias?.Shape, stride, padding, groups);
        if (x.Unshuffled is { } unshuffled && weight.Constant is { } constant && stride == 1 && groups == 1)
        {
            // The shuffled pixels are the taps of a larger kernel: no copy, and a convolution of 3 channels, which run
            // times have a kernel for.
            var f = unshuffled.Factor;
            x = unshuffled.Source;
            weight = new(weight.Shape, null) { Constant = SpreadKernel(constant, f) };
            stride = f;
            padding *= f;
        }

        if (IsPointwise(weight, bias, stride, groups))
        {
            return WritePointwise(shape, x, weight.Constant!, bias?.Constant);
        }

        if (groups > 1 && groups == x.Shape.Sizes[1] && groups == weight.Shape.Sizes[0] && bias is null
            && x is { Name: null, Pointwise: { } expansion } && weight.Constant is { } depthwise)
        {
            return WriteExpansion(shape, expansion, depthwise, stride, padding);
        }

        return new(shape, WriteConvolution(
            NameOf(x), NameOf(weight), bias is null ? null : NameOf(bias),
            (weight.Constant?.Shape ?? weight.Shape.Sizes)[2], stride, padding, groups));
    }

    public OnnxTensor LayerNormChannels(OnnxTensor x, OnnxTensor weight, OnnxTensor bias, double eps)
    {
        var shape = shapes.LayerNormChannels(x.Shape, weight.Shape, bias.Shape, eps);
        return weight.Constant is { } scale && bias.Constant is { } offset
            ? new(shape, null) { Norm = new(x, scale, offset, eps) }
            : new(shape, WriteNorm(NameOf(x), NameOf(weight), NameOf(bias), eps));
    }

    // Run times fold it into the convolution in front of it.
    public OnnxTensor BatchNorm(OnnxTensor x, BatchStatistics<OnnxTensor> statistics, double eps)
    {
        var (weight, bias, mean, variance) = statistics;
        return Write(
            shapes.BatchNorm(x.Shape, new(weight.Shape, bias.Shape, mean.Shape, variance.Shape), eps),
            "BatchNormalization",
            [NameOf(x), NameOf(weight), NameOf(bias), NameOf(mean), NameOf(variance)],
            new FloatAttribute("epsilon", (float)eps));
    }

    public OnnxTensor MaxPool2d(OnnxTensor x, int kernel, int stride, int padding) => Write(
        shapes.MaxPool2d(x.Shape, kernel, stride, padding),
        "MaxPool",
        [NameOf(x)],
        new IntsAttribute("kernel_shape", [kernel, kernel]),
        new IntsAttribute("pads", [padding, padding, padding, padding]),
        new IntsAttribute("strides", [stride, stride]));

    public OnnxTensor PixelShuffle(OnnxTensor x, int factor) => Write(
        shapes.PixelShuffle(x.Shape, factor),
        "DepthToSpace",
        [NameOf(x)],
        new IntAttribute("blocksize", factor),
        new StringAttribute("mode", "CRD"));

    public OnnxTensor PixelUnshuffle(OnnxTensor x, int factor) =>
        new(shapes.PixelUnshuffle(x.Shape, factor), null) { Unshuffled = (x, factor) };

    // Written as x alone and its length: the product of two such matrices is divided by the lengths afterwards, when it
    // is small (heads x C x C instead of C x H x W).
    public OnnxTensor L2NormalizeLast(OnnxTensor x, double eps)
    {
        var name = NameOf(x);
        var length = builder.Add(
            "ReduceL2", [name], new IntsAttribute("axes", [-1]), new IntAttribute("keepdims", 1));
        length = builder.Add("Max", [length, builder.Constant((float)eps)]);
        return new(shapes.L2NormalizeLast(x.Shape, eps), null) { Normalised = (x, length, false) };
    }

    public OnnxTensor TransposeLast(OnnxTensor x)
    {
        var shape = shapes.TransposeLast(x.Shape);
        if (x.Normalised is { Transposed: false } normalised && x.Name is null)
        {
            var length = TransposeLast(normalised.Length, x.Shape.Rank);
            return new(shape, null) { Normalised = (TransposeLast(normalised.Source), length, true) };
        }

        return new(shape, TransposeLast(NameOf(x), x.Shape.Rank));
    }

    public OnnxTensor MatMul(OnnxTensor a, OnnxTensor b)
    {
        var shape = shapes.MatMul(a.Shape, b.Shape);
        if (a is { Name: null, Normalised: { Transposed: false } left }
            && b is { Name: null, Normalised: { Transposed: true } right })
        {
            var product = builder.Add("MatMul", [NameOf(left.Source), NameOf(right.Source)]);
            return Write(shape, "Div", [builder.Add("Div", [product, left.Length]), right.Length]);
        }

        return Write(shape, "MatMul", [NameOf(a), NameOf(b)]);
    }

    // out[o, c, f*ky + i, f*kx + j] = in[o, c*f*f + i*f + j, ky, kx]
    private static NamedTensor SpreadKernel(NamedTensor kernel, int f)
    {
        var (outputs, inputs, side) = (kernel.Shape[0], kernel.Shape[1], (int)kernel.Shape[2]);
        var channels = inputs / (f * f);
        var values = new float[kernel.Values.Length];
        var source = 0;
        for (var o = 0; o < outputs; o++)
        {
            for (var input = 0; input < inputs; input++)
            {
                var (c, i, j) = (input / (f * f), input / f % f, input % f);
                for (var ky = 0; ky < side; ky++)
                {
                    for (var kx = 0; kx < side; kx++)
                    {
                        var row = (o * channels + c) * side * f + ky * f + i;
                        values[row * side * f + kx * f + j] = kernel.Values[source++];
                    }
                }
            }
        }

        return new(kernel.Name, [outputs, channels, side * f, side * f], values);
    }

    private static IReadOnlyList<OnnxTensor> SplitConstant(NamedTensor constant, IReadOnlyList<ShapeValue> parts)
    {
        var offset = 0;
        List<OnnxTensor> result = [];
        foreach (var part in parts)
        {
            var count = (int)part.ElementCount;
            result.Add(new(part, null)
            {
                Constant = new(
                    $"{constant.Name}.{result.Count}", part.Sizes, constant.Values.AsSpan(offset, count).ToArray()),
            });
            offset += count;
        }

        return result;
    }

    private static OnnxTensor Constant(NamedTensor tensor, ShapeValue shape) => new(shape, null) { Constant = tensor };

    private string TransposeLast(string name, int rank)
    {
        ImmutableArray<long> axes = [.. Enumerable.Range(0, rank - 2).Select(axis => (long)axis), rank - 1, rank - 2];
        return builder.Add("Transpose", [name], new IntsAttribute("perm", axes));
    }

    private string Materialise(OnnxTensor tensor)
    {
        if (tensor.Constant is { } constant)
        {
            return Constant(constant);
        }

        if (tensor.Normalised is { } normalised)
        {
            return builder.Add("Div", [NameOf(normalised.Source), normalised.Length]);
        }

        if (tensor.Norm is { } norm)
        {
            return WriteNorm(
                NameOf(norm.Source), Constant(norm.Weight), Constant(norm.Bias), norm.Eps);
        }

        if (tensor.Pointwise is { } pointwise)
        {
            return WriteConvolution(pointwise.Source, pointwise.Weight, pointwise.Bias);
        }

        if (tensor.Padded is { } padded)
        {
            return builder.Add(
                "Slice",
                [padded.Name, builder.Constant(0), builder.Constant(tensor.Shape.Sizes[1]), builder.Constant(1)]);
        }

        // SpaceToDepth puts the pixel before the channel; the definition puts it behind.
        var (source, f) = tensor.Unshuffled ?? throw new UnreachableException();
        var channels = source.Shape.Sizes[1];
        long[] order =
        [
            .. from c in Enumerable.Range(0, (int)channels)
               from pixel in Enumerable.Range(0, f * f)
               select pixel * channels + c,
        ];
        var blocks = builder.Add("SpaceToDepth", [NameOf(source)], new IntAttribute("blocksize", f));
        return builder.Add("Gather", [blocks, builder.Constant(order)], new IntAttribute("axis", 1));
    }
}
