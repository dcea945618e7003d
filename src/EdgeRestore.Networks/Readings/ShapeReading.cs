namespace EdgeRestore.Networks.Readings;

/// <summary>A parameter that a network asks for.</summary>
public sealed record ParameterDefinition(string Name, long[] Shape, Initialization Initialization)
{
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>What a value is in the shape reading: its sizes.</summary>
public sealed record ShapeValue(long[] Sizes)
{
    public long ElementCount => Sizes.Aggregate(1L, (product, size) => product * size);

    public int Rank => Sizes.Length;

    public override string ToString() => $"({string.Join(", ", Sizes)})";
}

/// <summary>Checks that the shapes of a network fit, and lists its parameters in the order of the pass.</summary>
/// <remarks>A shape that does not fit is a mistake in a definition: <see cref="InvalidOperationException"/>.</remarks>
public class ShapeReading : IReading<ShapeValue>
{
    private readonly List<ParameterDefinition> parameters = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    public IReadOnlyList<ParameterDefinition> Parameters => parameters;

    public long ParameterCount => parameters.Sum(parameter => parameter.ElementCount);

    /// <summary>An input of this shape.</summary>
    public static ShapeValue Input(params long[] sizes) => new(sizes);

    /// <summary>A pass over an image of the smallest size that needs no padding.</summary>
    public static ShapeReading Of(RestorationNetwork network)
    {
        var reading = new ShapeReading();
        network.Restore(
            reading,
            Input(1, 3, network.SizeMultiple, network.SizeMultiple),
            network.Prompt?.Representative);
        return reading;
    }

    public static ShapeReading Of(ClassifierNetwork network)
    {
        var reading = new ShapeReading();
        network.Classify(reading, [.. network.Images.Select(image => Input(1, 3, image.Side, image.Side))]);
        return reading;
    }

    public static ShapeReading Of(ClipVision network)
    {
        var reading = new ShapeReading();
        network.Encode(reading, Input(1, 3, network.Config.Side, network.Config.Side));
        return reading;
    }

    public virtual ShapeValue Parameter(string name, long[] shape, Initialization initialization)
    {
        Require(names.Add(name), $"parameter '{name}' is asked for twice");
        Require(shape.All(size => size > 0), $"parameter '{name}' has the empty shape ({string.Join(", ", shape)})");
        parameters.Add(new(name, shape, initialization));
        return new(shape);
    }

    public ShapeValue Conv2d(
        ShapeValue x, ShapeValue weight, ShapeValue? bias, int stride = 1, int padding = 0, int groups = 1)
    {
        Require(x.Rank == 4 && weight.Rank == 4, $"convolution of {x} by {weight}: both must have 4 axes");
        var (n, c, h, w) = (x.Sizes[0], x.Sizes[1], x.Sizes[2], x.Sizes[3]);
        var (outputs, inputs, kh, kw) = (weight.Sizes[0], weight.Sizes[1], weight.Sizes[2], weight.Sizes[3]);
        Require(
            c == inputs * groups && outputs % groups == 0,
            $"convolution of {x} by {weight} in {groups} groups: channels do not fit");
        RequireBias(bias, outputs);
        var height = (h + 2 * padding - kh) / stride + 1;
        var width = (w + 2 * padding - kw) / stride + 1;
        Require(height > 0 && width > 0, $"convolution of {x} by {weight}: nothing is left");
        return Produced([n, outputs, height, width], n * outputs * height * width * inputs * kh * kw);
    }

    public ShapeValue Linear(ShapeValue x, ShapeValue weight, ShapeValue? bias)
    {
        Require(
            x.Rank == 2 && weight.Rank == 2 && x.Sizes[1] == weight.Sizes[1], $"linear layer of {x} by {weight}");
        RequireBias(bias, weight.Sizes[0]);
        return Produced([x.Sizes[0], weight.Sizes[0]], x.Sizes[0] * weight.ElementCount);
    }

    public ShapeValue LayerNormChannels(ShapeValue x, ShapeValue weight, ShapeValue bias, double eps)
    {
        Require(x.Rank == 4, $"channel norm of {x}: needs 4 axes");
        RequireBias(weight, x.Sizes[1]);
        RequireBias(bias, x.Sizes[1]);
        return Produced(x.Sizes);
    }

    public ShapeValue BatchNorm(ShapeValue x, BatchStatistics<ShapeValue> statistics, double eps)
    {
        Require(x.Rank == 4, $"batch norm of {x}: needs 4 axes");
        RequireBias(statistics.Weight, x.Sizes[1]);
        RequireBias(statistics.Bias, x.Sizes[1]);
        RequireBias(statistics.Mean, x.Sizes[1]);
        RequireBias(statistics.Variance, x.Sizes[1]);
        return Produced(x.Sizes);
    }

    public ShapeValue MaxPool2d(ShapeValue x, int kernel, int stride, int padding)
    {
        Require(x.Rank == 4 && 2 * padding <= kernel, $"pool of {x} by {kernel} with padding {padding}");
        var height = (x.Sizes[2] + 2 * padding - kernel) / stride + 1;
        var width = (x.Sizes[3] + 2 * padding - kernel) / stride + 1;
        Require(height > 0 && width > 0, $"pool of {x} by {kernel}: nothing is left");
        return Produced([x.Sizes[0], x.Sizes[1], height, width]);
    }

    public ShapeValue Add(ShapeValue a, ShapeValue b) => Produced(Broadcast(a, b));

    public ShapeValue Multiply(ShapeValue a, ShapeValue b) => Produced(Broadcast(a, b));

    public ShapeValue Affine(ShapeValue x, double factor, double offset = 0) => Produced(x.Sizes);

    public ShapeValue Concat(IReadOnlyList<ShapeValue> values, int axis)
    {
        var sizes = (long[])values[0].Sizes.Clone();
        foreach (var value in values.Skip(1))
        {
            for (var index = 0; index < sizes.Length; index++)
            {
                Require(
                    value.Rank == sizes.Length && (index == axis || value.Sizes[index] == sizes[index]),
                    $"{value} cannot be appended to {values[0]} along axis {axis}");
            }

            sizes[axis] += value.Sizes[axis];
        }

        return Produced(sizes);
    }

    public IReadOnlyList<ShapeValue> Split(ShapeValue x, int axis, params long[] sizes)
    {
        Require(x.Sizes[axis] == sizes.Sum(), $"{x} does not split into {string.Join(" + ", sizes)} at axis {axis}");

        // Views, not new memory: not Produced.
        return [.. sizes.Select(size => new ShapeValue(With(x.Sizes, axis, size)))];
    }

    public ShapeValue Gelu(ShapeValue x) => Produced(x.Sizes);

    public ShapeValue Relu(ShapeValue x) => Produced(x.Sizes);

    public ShapeValue Sigmoid(ShapeValue x) => Produced(x.Sizes);

    public ShapeValue Softmax(ShapeValue x, int axis)
    {
        Require(axis >= 0 && axis < x.Rank, $"softmax of {x} over axis {axis}");
        return Produced(x.Sizes);
    }

    public ShapeValue MatMul(ShapeValue a, ShapeValue b)
    {
        Require(
            a.Rank == b.Rank && a.Rank >= 2 && a.Sizes[^1] == b.Sizes[^2]
                && a.Sizes[..^2].SequenceEqual(b.Sizes[..^2]),
            $"matrix product of {a} and {b}");
        var result = With(a.Sizes, a.Rank - 1, b.Sizes[^1]);
        return Produced(result, new ShapeValue(result).ElementCount * a.Sizes[^1]);
    }

    public ShapeValue TransposeLast(ShapeValue x) => new([.. x.Sizes[..^2], x.Sizes[^1], x.Sizes[^2]]);

    public ShapeValue L2NormalizeLast(ShapeValue x, double eps) => Produced(x.Sizes);

    public ShapeValue ToHeads(ShapeValue x, int heads)
    {
        Require(x.Rank == 4 && x.Sizes[1] % heads == 0, $"{x} does not split into {heads} heads");
        return new([x.Sizes[0], heads, x.Sizes[1] / heads, x.Sizes[2] * x.Sizes[3]]);
    }

    public ShapeValue FromHeads(ShapeValue x, ShapeValue like)
    {
        Require(
            x.Rank == 4 && like.Rank == 4 && x.Sizes[3] == like.Sizes[2] * like.Sizes[3],
            $"heads {x} do not make an image like {like}");
        return new([x.Sizes[0], x.Sizes[1] * x.Sizes[2], like.Sizes[2], like.Sizes[3]]);
    }

    public ShapeValue Reshape(ShapeValue x, params long[] shape)
    {
        var sizes = shape.Select((size, index) => size == 0 ? x.Sizes[index] : size).ToArray();
        var rest = Array.IndexOf(sizes, -1);
        if (rest >= 0)
        {
            sizes[rest] = -x.ElementCount / sizes.Aggregate(1L, (product, size) => product * size);
        }

        Require(new ShapeValue(sizes).ElementCount == x.ElementCount, $"{x} reshaped to {new ShapeValue(shape)}");
        return new(sizes);
    }

    public ShapeValue PixelShuffle(ShapeValue x, int factor)
    {
        Require(x.Rank == 4 && x.Sizes[1] % (factor * factor) == 0, $"pixel shuffle of {x} by {factor}");
        return Produced([x.Sizes[0], x.Sizes[1] / (factor * factor), x.Sizes[2] * factor, x.Sizes[3] * factor]);
    }

    public ShapeValue PixelUnshuffle(ShapeValue x, int factor)
    {
        Require(
            x.Rank == 4 && x.Sizes[2] % factor == 0 && x.Sizes[3] % factor == 0, $"pixel unshuffle of {x} by {factor}");
        return Produced([x.Sizes[0], x.Sizes[1] * factor * factor, x.Sizes[2] / factor, x.Sizes[3] / factor]);
    }

    public ShapeValue GlobalAveragePool(ShapeValue x) => Pooled(x);

    public ShapeValue GlobalMaxPool(ShapeValue x) => Pooled(x);

    public ShapeValue Lookup(ShapeValue table, ShapeValue prompt)
    {
        Require(table.Rank == 2 && prompt.Rank == 1, $"rows {prompt} of the table {table}");
        return Produced([prompt.Sizes[0], table.Sizes[1]]);
    }

    public ShapeValue TopKGate(ShapeValue logits, int k)
    {
        Require(logits.Rank == 2 && k > 0 && k <= logits.Sizes[1], $"{k} selected of {logits}");
        return Produced(logits.Sizes);
    }

    public ShapeValue PadToMultiple(ShapeValue x, int multiple)
    {
        var height = RoundedUp(x.Sizes[2], multiple);
        var width = RoundedUp(x.Sizes[3], multiple);
        Require(
            height - x.Sizes[2] < x.Sizes[2] && width - x.Sizes[3] < x.Sizes[3],
            $"{x} is too small to be reflected to a multiple of {multiple}");
        return Produced([x.Sizes[0], x.Sizes[1], height, width]);
    }

    public ShapeValue CropLike(ShapeValue x, ShapeValue like)
    {
        Require(x.Sizes[2] >= like.Sizes[2] && x.Sizes[3] >= like.Sizes[3], $"{x} cropped like {like}");
        return Produced([x.Sizes[0], x.Sizes[1], like.Sizes[2], like.Sizes[3]]);
    }

    /// <summary>Called for each operator that computes or writes anew; a count hangs in here.</summary>
    /// <param name="sizes">Shape of the result.</param>
    /// <param name="macs">Multiply-accumulates of convolutions, linear layers and matrix products.</param>
    protected virtual ShapeValue Produced(long[] sizes, long macs = 0) => new(sizes);

    private static long RoundedUp(long size, int multiple) => (size + multiple - 1) / multiple * multiple;

    private static long[] With(long[] sizes, int axis, long size)
    {
        var result = (long[])sizes.Clone();
        result[axis] = size;
        return result;
    }

    private static long[] Broadcast(ShapeValue a, ShapeValue b)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        var result = new long[rank];
        for (var index = 1; index <= rank; index++)
        {
            var left = index <= a.Rank ? a.Sizes[^index] : 1;
            var right = index <= b.Rank ? b.Sizes[^index] : 1;
            Require(left == right || left == 1 || right == 1, $"{a} and {b} do not broadcast");
            result[^index] = Math.Max(left, right);
        }

        return result;
    }

    private static void RequireBias(ShapeValue? bias, long outputs) => Require(
        bias is null || (bias.Rank == 1 && bias.Sizes[0] == outputs), $"{bias} for {outputs} channels");

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Shapes do not fit: {what}.");
        }
    }

    private ShapeValue Pooled(ShapeValue x)
    {
        Require(x.Rank == 4, $"global pool of {x}");
        return Produced([x.Sizes[0], x.Sizes[1]]);
    }
}
