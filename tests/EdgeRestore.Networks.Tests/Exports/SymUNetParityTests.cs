using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class SymUNetParityTests
{
    // What the fixtures state for a float32 implementation.
    private const float OutputTolerance = 1e-4f;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Output_PublishedImplementation_IsMatchedAtASizeThatNeedsPadding(bool isFixed)
    {
        var golden = NamedTensors.Read("Golden/symunet_w8.io.safetensors");
        var (network, weights) = GoldenWeights.SymUNet;
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights, isFixed ? new(1, 40, 56) : null));

        var (output, shape) = run.Restore(golden["input"]);

        Assert.Equal(golden["output"].Shape, shape);
        TestTensors.Close(golden["output"].Values, output, OutputTolerance);
        Assert.Equal(golden.Metadata["parameters"], $"{NetworkCost.Of(network).Parameters}");
    }
}
