using System.Collections.Immutable;

namespace EdgeRestore.Quantization.Precision;

/// <summary>What rounded weights add to a convolution's mean output, to be taken off its bias.</summary>
/// <remarks>
/// Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction"
/// (https://arxiv.org/abs/1906.04721), section 4.2, with the means that calibration saw. A shift of the mean is a tint
/// of the whole frame.
/// </remarks>
internal static class BiasCorrection
{
    /// <summary>The mean error per output channel.</summary>
    /// <param name="weights">(O, I, kH, kW), I channels of one group.</param>
    /// <param name="rounded">The same after rounding to 8 bits and back, in the same units.</param>
    /// <param name="outputs">O.</param>
    /// <param name="groups">Of the convolution.</param>
    /// <param name="kernelSize">kH × kW.</param>
    /// <param name="means">Of all input channels.</param>
    public static double[] MeanErrors(
        ReadOnlySpan<float> weights, Func<int, int, float> rounded, int outputs, int groups, int kernelSize,
        ImmutableArray<double> means)
    {
        var perOutput = weights.Length / outputs;
        var inputs = perOutput / kernelSize;
        var result = new double[outputs];
        for (var output = 0; output < outputs; output++)
        {
            var firstInput = output / (outputs / groups) * inputs;
            for (var index = 0; index < perOutput; index++)
            {
                var error = rounded(output, (output * perOutput) + index) - weights[(output * perOutput) + index];
                result[output] += error * means[firstInput + (index / kernelSize)];
            }
        }

        return result;
    }
}
