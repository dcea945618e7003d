using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

/// <summary>A convolution's constants in 8 and 32 bits, one scale per output channel, symmetric.</summary>
internal sealed class QuantizedWeights
{
    // ONNX Runtime's tool leaves this margin over the smallest scale at which the bias still fits 32 bits.
    private const double BiasMargin = 1.0001;

    private QuantizedWeights(sbyte[] values, float[] scales)
    {
        Values = values;
        Scales = scales;
    }

    /// <summary>In the order of the weight's own elements.</summary>
    public sbyte[] Values { get; }

    /// <summary>One per output channel.</summary>
    public float[] Scales { get; }

    /// <summary>Quantizes a weight (O, I, kH, kW).</summary>
    /// <param name="weights">Row-major, outputs first.</param>
    /// <param name="outputs">How many output channels.</param>
    /// <param name="bias">One per output channel; none when there is no bias.</param>
    /// <param name="inputScale">Scale of the input, from which the bias takes its own.</param>
    /// <param name="adjust">Changes scales before anything is quantized with them; none to take them as they
    /// are.</param>
    /// <param name="factors">
    /// One per output channel: the weights are read as so many times themselves. It goes into the scales alone, so that
    /// a weight that several graphs share is the same bytes in all of them.
    /// </param>
    public static QuantizedWeights Of(
        ReadOnlySpan<float> weights, int outputs, ReadOnlySpan<float> bias, float inputScale,
        Func<float, float>? adjust = null,
        float[]? factors = null)
    {
        var perChannel = weights.Length / outputs;
        var values = new sbyte[weights.Length];
        var scales = new float[outputs];
        for (var channel = 0; channel < outputs; channel++)
        {
            var row = weights.Slice(channel * perChannel, perChannel);
            var largest = 0f;
            foreach (var weight in row)
            {
                largest = MathF.Max(largest, MathF.Abs(weight));
            }

            var parameters = AffineParameters.Of(-largest, largest, ElementType.Int8, symmetric: true);
            var factor = factors is null ? 1 : factors[channel];
            if (!bias.IsEmpty)
            {
                parameters = parameters with
                {
                    Scale = WithRoomFor(bias[channel] / factor, parameters.Scale, inputScale),
                };
            }

            parameters = adjust is null ? parameters : parameters with { Scale = adjust(parameters.Scale) };
            scales[channel] = parameters.Scale * factor;
            for (var index = 0; index < perChannel; index++)
            {
                values[(channel * perChannel) + index] = (sbyte)parameters.Quantize(row[index]);
            }
        }

        return new(values, scales);
    }

    public static Initializer Tensor(string name, ReadOnlySpan<long> shape, ReadOnlySpan<sbyte> values) =>
        new(name, ElementType.Int8, [.. shape], MemoryMarshal.AsBytes(values).ToArray());

    // A bias far larger than the products around it would saturate in 32 bits: the weights' scale grows until it fits.
    private static float WithRoomFor(float bias, float scale, float inputScale)
    {
        var product = (double)(inputScale * scale);
        var smallest = BiasMargin * 2 * Math.Abs((double)bias) / (2.0 * int.MaxValue);
        return product > 0 && product < smallest ? (float)(scale * (smallest / product)) : scale;
    }
}
