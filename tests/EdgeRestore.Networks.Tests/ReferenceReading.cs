using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests;

/// <summary>An array in double precision.</summary>
internal sealed record ReferenceTensor(long[] Shape, double[] Values)
{
    public int Size(int axis) => (int)Shape[axis < 0 ? Shape.Length + axis : axis];
}

/// <summary>
/// What the operators mean, written down as plainly as can be: the oracle of the other readings. Double precision,
/// loops, no shortcut. Shapes come from the shape reading, which thereby is checked too.
/// </summary>
/// <remarks>
/// In single precision every result is rounded to float32, and sums of products run in order, each step a fused
/// multiply and add: the arithmetic in which selecting and sliced networks are the same to the last bit.
/// </remarks>
internal sealed partial class ReferenceReading(NamedTensors weights, bool isSingle = false)
    : IReading<ReferenceTensor>
{
    private readonly ShapeReading shapes = new();

    public static ReferenceTensor Input(NamedTensor tensor) =>
        new(tensor.Shape, [.. tensor.Values.Select(value => (double)value)]);

    public static ReferenceTensor Prompt(params long[] rows) =>
        new([rows.Length], [.. rows.Select(row => (double)row)]);

    public ReferenceTensor Parameter(string name, long[] shape, Initialization initialization)
    {
        shapes.Parameter(name, shape, initialization);
        Assert.Equal(shape, weights[name].Shape);
        return Input(weights[name]);
    }

    public ReferenceTensor Conv2d(
        ReferenceTensor x,
        ReferenceTensor weight,
        ReferenceTensor? bias,
        int stride = 1,
        int padding = 0,
        int groups = 1)
    {
        var result = New(shapes.Conv2d(S(x), S(weight), bias is null ? null : S(bias), stride, padding, groups));
        var (inputs, kernel) = (weight.Size(1), weight.Size(2));
        var perGroup = weight.Size(0) / groups;
        Fill(result, (n, o, y, column) =>
        {
            var sum = bias?.Values[o] ?? 0;
            for (var i = 0; i < inputs; i++)
            {
                for (var ky = 0; ky < kernel; ky++)
                {
                    for (var kx = 0; kx < kernel; kx++)
                    {
                        var row = y * stride + ky - padding;
                        var at = column * stride + kx - padding;
                        if (row >= 0 && at >= 0 && row < x.Size(2) && at < x.Size(3))
                        {
                            var value = At(x, n, o / perGroup * inputs + i, row, at);
                            sum = MultiplyAdd(value, At(weight, o, i, ky, kx), sum);
                        }
                    }
                }
            }

            return sum;
        });
        return result;
    }

    public ReferenceTensor Linear(ReferenceTensor x, ReferenceTensor weight, ReferenceTensor? bias)
    {
        var result = New(shapes.Linear(S(x), S(weight), bias is null ? null : S(bias)));
        var (rows, outputs, inputs) = (x.Size(0), weight.Size(0), weight.Size(1));
        for (var index = 0; index < rows * outputs; index++)
        {
            var (n, o) = (index / outputs, index % outputs);
            result.Values[index] = bias?.Values[o] ?? 0;
            for (var i = 0; i < inputs; i++)
            {
                result.Values[index] = MultiplyAdd(
                    x.Values[n * inputs + i], weight.Values[o * inputs + i], result.Values[index]);
            }
        }

        return result;
    }

    public ReferenceTensor LayerNormChannels(
        ReferenceTensor x, ReferenceTensor weight, ReferenceTensor bias, double eps)
    {
        var result = New(shapes.LayerNormChannels(S(x), S(weight), S(bias), eps));
        Fill(result, (n, c, y, column) =>
        {
            var pixel = Enumerable.Range(0, x.Size(1)).Select(channel => At(x, n, channel, y, column)).ToArray();
            var mean = pixel.Average();
            var variance = pixel.Average(value => (value - mean) * (value - mean));
            return (pixel[c] - mean) / Math.Sqrt(variance + eps) * weight.Values[c] + bias.Values[c];
        });
        return result;
    }

    public ReferenceTensor BatchNorm(ReferenceTensor x, BatchStatistics<ReferenceTensor> statistics, double eps)
    {
        var (weight, bias, mean, variance) = statistics;
        var result = New(shapes.BatchNorm(S(x), new(S(weight), S(bias), S(mean), S(variance)), eps));
        Fill(result, (n, c, y, column) =>
            (At(x, n, c, y, column) - mean.Values[c]) / Math.Sqrt(variance.Values[c] + eps) * weight.Values[c]
                + bias.Values[c]);
        return result;
    }

    public ReferenceTensor MaxPool2d(ReferenceTensor x, int kernel, int stride, int padding)
    {
        var result = New(shapes.MaxPool2d(S(x), kernel, stride, padding));
        Fill(result, (n, c, y, column) => Window(y, x.Size(2)).Max(row =>
            Window(column, x.Size(3)).Max(at => At(x, n, c, row, at))));
        return result;

        IEnumerable<int> Window(int at, int size) =>
            Enumerable.Range(at * stride - padding, kernel).Where(index => index >= 0 && index < size);
    }

    public ReferenceTensor Add(ReferenceTensor a, ReferenceTensor b) =>
        Broadcast(New(shapes.Add(S(a), S(b))), a, b, (left, right) => left + right);

    public ReferenceTensor Multiply(ReferenceTensor a, ReferenceTensor b) =>
        Broadcast(New(shapes.Multiply(S(a), S(b))), a, b, (left, right) => left * right);

    public ReferenceTensor Affine(ReferenceTensor x, double factor, double offset = 0) =>
        Map(x, value => factor * value + offset);

    // exp(-t^2) integrated with Simpson's rule: independent of any erf approximation, good to 1e-12.
    public ReferenceTensor Gelu(ReferenceTensor x) => Map(x, value =>
    {
        const int Steps = 200;
        var end = Math.Clamp(value / Math.Sqrt(2), -6, 6);
        var step = end / Steps;
        var sum = 0.0;
        for (var index = 0; index <= Steps; index++)
        {
            var factor = index is 0 or Steps ? 1 : index % 2 == 0 ? 2 : 4;
            sum += factor * Math.Exp(-index * step * index * step);
        }

        return value / 2 * (1 + 2 / Math.Sqrt(Math.PI) * sum * step / 3);
    });

    public ReferenceTensor Relu(ReferenceTensor x) => Map(x, value => Math.Max(value, 0));

    public ReferenceTensor Sigmoid(ReferenceTensor x) => Map(x, value => 1 / (1 + Math.Exp(-value)));

    public ReferenceTensor Softmax(ReferenceTensor x, int axis)
    {
        Assert.Equal(x.Shape.Length - 1, axis);
        return Rows(x, row =>
        {
            var powers = row.Select(value => Math.Exp(value - row.Max())).ToArray();
            return [.. powers.Select(power => power / powers.Sum())];
        });
    }

    public ReferenceTensor L2NormalizeLast(ReferenceTensor x, double eps) => Rows(x, row =>
    {
        var length = Math.Max(Math.Sqrt(row.Sum(value => value * value)), eps);
        return [.. row.Select(value => value / length)];
    });

    public ReferenceTensor GlobalAveragePool(ReferenceTensor x) => Pool(x, values => values.Average());

    public ReferenceTensor GlobalMaxPool(ReferenceTensor x) => Pool(x, values => values.Max());

    public ReferenceTensor TopKGate(ReferenceTensor logits, int k)
    {
        shapes.TopKGate(S(logits), k);
        return Rows(logits, row => [.. row.Select((logit, index) =>
        {
            var before = row.Where((other, at) => other > logit || (other == logit && at < index)).Count();
            return before < k ? 2 / (1 + Math.Exp(-logit)) : 0;
        })]);
    }

    private static ShapeValue S(ReferenceTensor tensor) => new(tensor.Shape);

    private static ReferenceTensor New(ShapeValue shape) => new(shape.Sizes, new double[shape.ElementCount]);

    private static double At(ReferenceTensor x, int n, int c, int y, int column) =>
        x.Values[((n * x.Size(1) + c) * x.Size(2) + y) * x.Size(3) + column];

    private double Round(double value) => isSingle ? (float)value : value;

    private double MultiplyAdd(double a, double b, double sum) =>
        isSingle ? MathF.FusedMultiplyAdd((float)a, (float)b, (float)sum) : sum + a * b;

    private void Fill(ReferenceTensor x, Func<int, int, int, int, double> value)
    {
        var (c, h, w) = (x.Size(1), x.Size(2), x.Size(3));
        for (var index = 0; index < x.Values.Length; index++)
        {
            x.Values[index] = Round(value(index / (c * h * w), index / (h * w) % c, index / w % h, index % w));
        }
    }

    private ReferenceTensor Map(ReferenceTensor x, Func<double, double> map) =>
        new(x.Shape, [.. x.Values.Select(value => Round(map(value)))]);

    private ReferenceTensor Rows(ReferenceTensor x, Func<double[], double[]> map) =>
        new(x.Shape, [.. x.Values.Chunk(x.Size(-1)).SelectMany(map).Select(Round)]);

    private ReferenceTensor Pool(ReferenceTensor x, Func<double[], double> pool)
    {
        var result = New(shapes.GlobalAveragePool(S(x)));
        double[][] planes = [.. x.Values.Chunk(x.Size(2) * x.Size(3))];
        return result with { Values = [.. planes.Select(plane => Round(pool(plane)))] };
    }
}
