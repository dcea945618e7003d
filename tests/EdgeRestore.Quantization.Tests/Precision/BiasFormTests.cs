using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;
using Xunit.Abstractions;

namespace EdgeRestore.Quantization.Tests.Precision;

/// <summary>Biases in 32 bits against floats that ONNX Runtime makes 32 bits of: why the file holds floats.</summary>
public class BiasFormTests(DefaultPackage route, ITestOutputHelper output) : IClassFixture<DefaultPackage>
{
    // Scales are multiplied in float here and there; where a bias lies between two steps, it may take the other one.
    private const double LeastPsnr = 55;

    [Fact]
    public void Build_BiasesIn32Bits_AreFusedAndComputeTheSameFromALongerFile()
    {
        var floats = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu, route.Channels).File;
        var integers = QuantizedGraph.Build(
            route.Graph, route.Ranges, QuantizationPlan.ForCpu with { StoresBiasesInInt32 = true },
            route.Channels).File;

        var (one, other) = (FusionReport.Of(floats), FusionReport.Of(integers));
        var (before, after) = (DefaultPackage.Run(floats), DefaultPackage.Run(integers));
        var biasCount = integers.Graph.Initializers.Count(tensor => tensor.Type == ElementType.Int32);
        output.WriteLine(
            $"{biasCount} biases, {floats.ToBytes().Length} bytes as floats, {integers.ToBytes().Length} in 32 bits, "
            + $"{DefaultPackage.Psnr(before.Restored, after.Restored):F1} dB apart, "
            + $"{before.Restored.Zip(after.Restored).Count(pair => pair.First != pair.Second)} of "
            + $"{before.Restored.Length} bytes differ");

        Assert.True(biasCount > 10);
        Assert.Equal(one.Fused, other.Fused);
        Assert.Equal(one.Operators, other.Operators);
        Assert.True(DefaultPackage.Psnr(before.Restored, after.Restored) >= LeastPsnr);
        Assert.True(integers.ToBytes().Length > floats.ToBytes().Length);
    }
}
