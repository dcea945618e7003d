using System.Collections.Immutable;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Readings;

/// <summary>Writes a network as an ONNX graph with given weights.</summary>
/// <remarks>
/// Opset 17, dynamic batch, height and width unless they are fixed. Weights keep their names. Every shortcut taken here
/// is exact in real arithmetic; each says what it saves.
/// </remarks>
/// <param name="builder">Takes the graph.</param>
/// <param name="weights">All parameters of the network.</param>
/// <param name="isFixed">
/// The shapes of the inputs are not examples but those of every run, so no node needs to ask for them.
/// </param>
public sealed partial class OnnxReading(GraphBuilder builder, NamedTensors weights, bool isFixed = false)
    : IReading<OnnxTensor>
{
    private readonly ShapeReading shapes = new();
    private readonly Dictionary<string, string> shapesOf = new(StringComparer.Ordinal);

    /// <summary>A value of the graph that was made outside of the network: an input, converted or not.</summary>
    /// <param name="name">Name of the value.</param>
    /// <param name="representative">Its shape; batch and image sizes are examples that fit the network.</param>
    public static OnnxTensor Value(string name, params long[] representative) => new(new(representative), name);

    /// <summary>The name under which a value stands in the graph.</summary>
    public string NameOf(OnnxTensor tensor) => tensor.Name ??= Materialise(tensor);

    public OnnxTensor Parameter(string name, long[] shape, Initialization initialization)
    {
        var tensor = weights[name];
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new EdgeRestoreException(
                $"Weight '{name}' has shape ({string.Join(", ", tensor.Shape)}), the network needs "
                + $"({string.Join(", ", shape)}). Weights and network configuration must come from the same training.");
        }

        return Constant(tensor, shapes.Parameter(name, shape, initialization));
    }

    public OnnxTensor Linear(OnnxTensor x, OnnxTensor weight, OnnxTensor? bias)
    {
        ImmutableArray<string> inputs = [NameOf(x), NameOf(weight), .. Optional(bias)];
        return Write(
            shapes.Linear(x.Shape, weight.Shape, bias?.Shape), "Gemm", inputs, new IntAttribute("transB", 1));
    }

    public OnnxTensor Add(OnnxTensor a, OnnxTensor b) =>
        Write(shapes.Add(a.Shape, b.Shape), "Add", [NameOf(a), NameOf(b)]);

    public OnnxTensor Multiply(OnnxTensor a, OnnxTensor b)
    {
        var shape = shapes.Multiply(a.Shape, b.Shape);
        return a is { Name: null, Padded: { } left } && b is { Name: null, Padded: { } right }
            ? new(shape, null) { Padded = (builder.Add("Mul", [left.Name, right.Name]), left.Channels) }
            : Write(shape, "Mul", [NameOf(a), NameOf(b)]);
    }

    public OnnxTensor Affine(OnnxTensor x, double factor, double offset = 0)
    {
        var name = NameOf(x);
        if (factor != 1)
        {
            name = builder.Add("Mul", [name, builder.Constant((float)factor)]);
        }

        if (offset != 0)
        {
            name = builder.Add("Add", [name, builder.Constant((float)offset)]);
        }

        return new(x.Shape, name);
    }

    public OnnxTensor Concat(IReadOnlyList<OnnxTensor> values, int axis) => Write(
        shapes.Concat([.. values.Select(value => value.Shape)], axis),
        "Concat",
        [.. values.Select(NameOf)],
        new IntAttribute("axis", axis));

    public IReadOnlyList<OnnxTensor> Split(OnnxTensor x, int axis, params long[] sizes)
    {
        var parts = shapes.Split(x.Shape, axis, sizes);
        if (x.Constant is { } constant && axis == 0)
        {
            return SplitConstant(constant, parts);
        }

        // The channels that only fill up are a part that nobody reads.
        var (name, all) = x is { Name: null, Padded: { } padded } && axis == 1
            ? (padded.Name, [.. sizes, padded.Channels - x.Shape.Sizes[1]])
            : (NameOf(x), sizes);
        var names = builder.Add("Split", [name, builder.Constant(all)], all.Length, [new IntAttribute("axis", axis)]);
        return [.. parts.Select((part, index) => new OnnxTensor(part, names[index]))];
    }

    // The form that ONNX Runtime recognises as one operator (GeluFusion).
    public OnnxTensor Gelu(OnnxTensor x)
    {
        var shape = shapes.Gelu(x.Shape);
        return x is { Name: null, Padded: { } padded }
            ? new(shape, null) { Padded = (Write(padded.Name), padded.Channels) }
            : new(shape, Write(NameOf(x)));

        string Write(string name)
        {
            var erf = builder.Add("Erf", [builder.Add("Div", [name, builder.Constant(MathF.Sqrt(2))])]);
            var factor = builder.Add("Add", [erf, builder.Constant(1f)]);
            return builder.Add("Mul", [builder.Add("Mul", [name, factor]), builder.Constant(0.5f)]);
        }
    }

    public OnnxTensor Relu(OnnxTensor x) => Write(shapes.Relu(x.Shape), "Relu", [NameOf(x)]);

    public OnnxTensor Sigmoid(OnnxTensor x) => Write(shapes.Sigmoid(x.Shape), "Sigmoid", [NameOf(x)]);

    public OnnxTensor Softmax(OnnxTensor x, int axis) =>
        Write(shapes.Softmax(x.Shape, axis), "Softmax", [NameOf(x)], new IntAttribute("axis", axis));

    public OnnxTensor ToHeads(OnnxTensor x, int heads) => Write(
        shapes.ToHeads(x.Shape, heads),
        "Reshape",
        [NameOf(x), builder.Constant(0, heads, x.Shape.Sizes[1] / heads, -1)]);

    public OnnxTensor FromHeads(OnnxTensor x, OnnxTensor like)
    {
        var shape = shapes.FromHeads(x.Shape, like.Shape);
        var target = isFixed ? builder.Constant(shape.Sizes) : ShapeOf(like);
        if (!isFixed && shape.Sizes[1] != like.Shape.Sizes[1])
        {
            var channels = builder.Constant(0, shape.Sizes[1]);
            target = builder.Add("Concat", [channels, ImageSizeOf(like)], new IntAttribute("axis", 0));
        }

        return Write(shape, "Reshape", [NameOf(x), target]);
    }

    public OnnxTensor Reshape(OnnxTensor x, params long[] shape)
    {
        var result = shapes.Reshape(x.Shape, shape);
        return x is { Name: null, Constant: { } constant }
            ? Constant(new(constant.Name, result.Sizes, constant.Values), result)
            : Write(result, "Reshape", [NameOf(x), builder.Constant(shape)]);
    }

    public OnnxTensor GlobalAveragePool(OnnxTensor x) => Pool(x, "GlobalAveragePool");

    public OnnxTensor GlobalMaxPool(OnnxTensor x) => Pool(x, "GlobalMaxPool");

    public OnnxTensor Lookup(OnnxTensor table, OnnxTensor prompt) => Write(
        shapes.Lookup(table.Shape, prompt.Shape),
        "Gather",
        [NameOf(table), NameOf(prompt)],
        new IntAttribute("axis", 0));

    // TopK breaks ties towards the lower index, as the definition asks (ONNX operators, TopK).
    public OnnxTensor TopKGate(OnnxTensor logits, int k)
    {
        var name = NameOf(logits);
        var axis = new IntAttribute("axis", 1);
        var gates = builder.Add("Mul", [builder.Add("Sigmoid", [name]), builder.Constant(2f)]);
        var indices = builder.Add("TopK", [name, builder.Constant(k)], 2, [axis])[1];
        var none = builder.Add("ConstantOfShape", [ShapeOf(logits)]);
        var kept = builder.Add("GatherElements", [gates, indices], axis);
        return Write(shapes.TopKGate(logits.Shape, k), "ScatterElements", [none, indices, kept], axis);
    }

    public OnnxTensor PadToMultiple(OnnxTensor x, int multiple)
    {
        var shape = shapes.PadToMultiple(x.Shape, multiple);
        if (isFixed && shape.Sizes.AsSpan().SequenceEqual(x.Shape.Sizes))
        {
            return x;
        }

        return Write(shape, "Pad", [NameOf(x), Pads()], new StringAttribute("mode", "reflect"));

        string Pads()
        {
            if (isFixed)
            {
                return builder.Constant(
                    0, 0, 0, 0, 0, 0, shape.Sizes[2] - x.Shape.Sizes[2], shape.Sizes[3] - x.Shape.Sizes[3]);
            }

            var missing = builder.Add("Mod", [builder.Add("Neg", [ImageSizeOf(x)]), builder.Constant(multiple)]);
            return builder.Add(
                "Concat", [builder.Constant(0, 0, 0, 0, 0, 0), missing], new IntAttribute("axis", 0));
        }
    }

    public OnnxTensor CropLike(OnnxTensor x, OnnxTensor like)
    {
        var shape = shapes.CropLike(x.Shape, like.Shape);
        return isFixed && shape.Sizes.AsSpan().SequenceEqual(x.Shape.Sizes)
            ? x
            : Write(shape, "Slice", [NameOf(x), builder.Constant(0, 0), ImageSizeOf(like), builder.Constant(2, 3)]);
    }

    private OnnxTensor Pool(OnnxTensor x, string opType) => Write(
        shapes.GlobalAveragePool(x.Shape),
        "Flatten",
        [builder.Add(opType, [NameOf(x)])],
        new IntAttribute("axis", 1));

    private string ShapeOf(OnnxTensor tensor)
    {
        if (isFixed)
        {
            return builder.Constant(tensor.Shape.Sizes);
        }

        var name = NameOf(Sized(tensor));
        if (!shapesOf.TryGetValue(name, out var shape))
        {
            shape = builder.Add("Shape", [name]);
            shapesOf.Add(name, shape);
        }

        return shape;
    }

    private string ImageSizeOf(OnnxTensor tensor)
    {
        if (isFixed)
        {
            return builder.Constant(tensor.Shape.Sizes[2], tensor.Shape.Sizes[3]);
        }

        var key = NameOf(Sized(tensor)) + "/size";
        if (!shapesOf.TryGetValue(key, out var size))
        {
            size = builder.Add("Slice", [ShapeOf(tensor), builder.Constant(2), builder.Constant(4)]);
            shapesOf.Add(key, size);
        }

        return size;
    }

    // A value of the same shape that is written anyway: a norm must not be computed for its shape alone.
    private static OnnxTensor Sized(OnnxTensor tensor)
    {
        while (tensor is { Name: null, Norm: { } norm })
        {
            tensor = norm.Source;
        }

        return tensor;
    }

    private OnnxTensor Write(
        ShapeValue shape,
        string opType,
        ImmutableArray<string> inputs,
        params ImmutableArray<NodeAttribute> attributes) =>
        new(shape, builder.Add(opType, inputs, attributes));

    private ImmutableArray<string> Optional(OnnxTensor? tensor) => tensor is null ? [] : [NameOf(tensor)];
}
