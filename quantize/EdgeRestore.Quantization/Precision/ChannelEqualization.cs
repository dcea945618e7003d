using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Precision;

/// <summary>
/// Stretches each channel of a convolution's output to the range of the whole tensor, so that 8 bits serve weak
/// channels as well as strong ones. Exact before rounding: the weights that make a channel are divided by its factor,
/// in their scale alone, and who reads it multiplies, again in a scale.
/// </summary>
/// <remarks>After SmoothQuant (https://arxiv.org/abs/2211.10438), which must trade a weight's bits for the
/// activation's: here every scale that takes a factor has one per channel already, so that no weight loses
/// any.</remarks>
internal static class ChannelEqualization
{
    // Channels that calibration saw next to nothing in must hold what other frames bring: 6 of 8 bits' worth at most.
    private const float LeastFactor = 1 / 64f;

    // Share of the rounding noise that is left, above which the bytes of the factors are not worth it.
    private const double MostNoise = 0.5;

    /// <summary>Factors by value, where all who take it can take them back.</summary>
    public static Dictionary<string, float[]> Of(
        CpuPlacement placement, GraphLinks links, IReadOnlyDictionary<string, ChannelStatistics> channels)
    {
        var result = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var node in placement.Choice.Quantized)
        {
            var value =
                placement.Absorbed.FirstOrDefault(activation => activation.Inputs[0] == node.Outputs[0])?.Outputs[0]
                ?? node.Outputs[0];
            if (channels.TryGetValue(node.Outputs[0], out var seen)
                && seen.Count == links.Constant(node.Inputs[1])!.Shape[0]
                && placement.MadeQuantized.Contains(value)
                && !links.IsOutput(value)
                && links.Consumers(value).All(consumer => TakesBack(consumer, value, seen.Count, placement, links)))
            {
                var factors = FactorsOf(seen, placement.Parameters[value]);
                if (factors.Average(factor => factor * factor) < MostNoise)
                {
                    result.Add(value, factors);
                }
            }
        }

        return result;
    }

    private static bool TakesBack(Node consumer, string value, int channels, CpuPlacement placement, GraphLinks links)
    {
        if (placement.Choice.Quantized.Contains(consumer))
        {
            var weight = links.Constant(consumer.Inputs[1])!.Shape;
            return consumer.Inputs[0] == value
                && consumer.Int("group", 1) == channels
                && weight[0] == channels
                && weight[1] == 1;
        }

        // Sums run with channels last, where ONNX Runtime's 1.29 dequantizes a scale per channel value by value: ten
        // times the time (1.1 ms against 0.1 for 32x128x192).
        if (consumer.Is("Add"))
        {
            return false;
        }

        // A table of 8 bits reads all channels with one scale; whatever computes in floating point reads each with its
        // own.
        return !placement.Quantized.Contains(consumer)
            && !placement.Gelus.Values.Any(
                gelu => gelu.Input == value && placement.MadeQuantized.Contains(gelu.Output));
    }

    private static float[] FactorsOf(ChannelStatistics seen, AffineParameters parameters)
    {
        var (least, greatest) = (parameters.Dequantize(0), parameters.Dequantize(byte.MaxValue));
        var factors = new float[seen.Count];
        for (var channel = 0; channel < factors.Length; channel++)
        {
            var below = least < 0 ? MathF.Min(seen.Mins[channel], 0) / least : 0;
            var above = greatest > 0 ? MathF.Max(seen.Maxs[channel], 0) / greatest : 0;
            factors[channel] = MathF.Max(below, above) is > 0 and var share ? MathF.Max(share, LeastFactor) : 1;
        }

        return factors;
    }
}
