using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class SymUNetParityTests
{
    // What the fixtures state for a float32 implementation.
    private const float OutputTolerance = 1e-4f;

    [Fact]
    public void Output_PublishedImplementation_IsMatchedAtASizeThatNeedsPadding()
    {
        var golden = NamedTensors.Read("Golden/symunet_w8.io.safetensors");
        var weights = NamedTensors.Read("Golden/symunet_w8.weights.safetensors");
        var network = new SymUNet(new()
        {
            Width = 8,
            EncoderBlocks = [1, 1, 1],
            MiddleBlocks = 1,
            DecoderBlocks = [1, 1, 1],
        });
        using var run = new OnnxRun(RestorationExport.ToFloat(network, weights));

        var (output, shape) = run.Restore(golden["input"]);

        Assert.Equal(golden["output"].Shape, shape);
        TestTensors.Close(golden["output"].Values, output, OutputTolerance);
        Assert.Equal(golden.Metadata["parameters"], $"{NetworkCost.Of(network).Parameters}");
    }
}
