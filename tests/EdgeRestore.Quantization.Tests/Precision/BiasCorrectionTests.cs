using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Tests.Precision;

public class BiasCorrectionTests
{
    [Fact]
    public void MeanErrors_TwoGroups_EachWeighsItsOwnInputsMeans()
    {
        // 2 outputs, 2 groups of 1 input, kernels of 1x2; rounding adds 0.1 to the first output's weights, 0.2 to the
        // other's.
        float[] weights = [1, 2, 3, 4];

        var errors = BiasCorrection.MeanErrors(
            weights, (output, index) => weights[index] + (0.1f * (output + 1)), outputs: 2, groups: 2, kernelSize: 2,
            [10, 100]);

        Assert.Equal(0.1 * 2 * 10, errors[0], 1e-5);
        Assert.Equal(0.2 * 2 * 100, errors[1], 1e-4);
    }

    [Fact]
    public void MeanErrors_ExactWeights_AreZero()
    {
        float[] weights = [1, 2, 3, 4];

        var errors = BiasCorrection.MeanErrors(weights, (_, index) => weights[index], 2, 1, 1, [5, 6]);

        Assert.Equal([0, 0], errors);
    }
}
