using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Which convolutions TensorRT has good 8-bit kernels for.</summary>
/// <remarks>
/// After the exclusions of NVIDIA's Model Optimizer:
/// https://github.com/NVIDIA/Model-Optimizer/tree/a2fbac7b/modelopt/onnx/quantization
/// </remarks>
internal static class TensorRtRules
{
    private const long FewChannels = 16;
    private const long ChannelMultiple = 8;
    private const long SmallestGroupedKernel = 3;

    /// <summary>What speaks against 8 bits, or nothing.</summary>
    /// <param name="node">A convolution.</param>
    /// <param name="weight">Shape of its weight: outputs, inputs of a group, kernel.</param>
    public static string? Obstacle(Node node, ImmutableArray<long> weight)
    {
        var groups = node.Int("group", 1);
        var (outputs, inputs, kernel) = (weight[0], weight[1] * groups, weight[2..]);
        if (groups > 1)
        {
            return outputs % ChannelMultiple != 0 ? $"grouped, {outputs} output channels are no multiple of "
                + $"{ChannelMultiple}"
                : kernel.Any(side => side < SmallestGroupedKernel) ? $"grouped, a kernel below {SmallestGroupedKernel}"
                : null;
        }

        if (inputs >= FewChannels && outputs >= FewChannels)
        {
            return null;
        }

        var isUsable = (outputs % ChannelMultiple == 0 || inputs % ChannelMultiple == 0)
            && (outputs >= FewChannels || inputs >= FewChannels)
            && kernel.All(side => side == kernel[0]);
        return isUsable ? null : $"{inputs} to {outputs} channels are too few";
    }
}
