using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Tests.Precision;

public class CpuGraphTests(DefaultPackage route) : IClassFixture<DefaultPackage>
{
    // Measured 43 dB on this frame with ranges from the frame itself; a wrong scale anywhere falls below 30.
    private const double LeastPsnr = 40;

    private readonly QuantizationPlan everything = QuantizationPlan.ForCpu with { ProtectsFinestSums = false };

    [Fact]
    public void Build_RealSubnetwork_EveryQuantizedConvolutionIsFused()
    {
        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu);

        var fusion = FusionReport.Of(quantized.File);

        Assert.Equal(96, quantized.QuantizedConvolutions.Length);
        Assert.Equal(96, fusion.Fused);
        Assert.Equal(8, fusion.Float);
        Assert.Equal(
            [.. Enumerable.Repeat("enters a sum of the finest resolution", 6), "first convolution", "last convolution"],
            quantized.FloatConvolutions.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Build_RealSubnetwork_IsNearFp32()
    {
        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu);

        var (expected, (restored, nonFinite)) = (
            DefaultPackage.Run(route.Graph).Restored, DefaultPackage.Run(quantized.File));

        Assert.InRange(DefaultPackage.Psnr(expected, restored), LeastPsnr, 60);
        Assert.Equal(0, nonFinite);
    }

    [Theory]
    [InlineData(QuantizedSums.All, true, true)]
    [InlineData(QuantizedSums.None, false, false)]
    public void Build_AnyPlan_EveryQuantizedConvolutionIsFused(QuantizedSums sums, bool products, bool gelu)
    {
        var plan = QuantizationPlan.ForCpu with
        {
            Sums = sums,
            QuantizesProducts = products,
            ApproximatesGelu = gelu,
            ProtectsEnds = false,
            ProtectsFinestSums = false,
        };

        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, plan);

        Assert.Equal(104, FusionReport.Of(quantized.File).Fused);
    }

    [Fact]
    public void Build_SumsOfTheFinestResolution_StayFloat()
    {
        var coarse = FusionReport.Of(QuantizedGraph.Build(
            route.Graph, route.Ranges, everything with { Sums = QuantizedSums.Coarse }).File);
        var all = FusionReport.Of(QuantizedGraph.Build(
            route.Graph, route.Ranges, everything with { Sums = QuantizedSums.All }).File);
        var none = FusionReport.Of(QuantizedGraph.Build(route.Graph, route.Ranges, everything).File);

        Assert.Equal((0, 14, 19), (
            none.Operators.GetValueOrDefault("QLinearAdd"), coarse.Operators["QLinearAdd"],
            all.Operators["QLinearAdd"]));
    }

    // A sum of 57,600 products in 32 bits overflows on larger frames, where nobody would look.
    [Fact]
    public void Build_ProductsOverPixels_StayFloat()
    {
        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu);

        var operators = FusionReport.Of(quantized.File).Operators;

        Assert.DoesNotContain("MatMulIntegerToFloat", operators.Keys);
        Assert.DoesNotContain("QLinearMatMul", operators.Keys);
    }

    [Fact]
    public void Build_Twice_GivesTheSameBytesAndLeavesTheSource()
    {
        var before = route.Graph.ToBytes();

        var one = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu).File.ToBytes();
        var other = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu).File.ToBytes();

        Assert.Equal(one, other);
        Assert.Equal(before, route.Graph.ToBytes());
    }

    [Fact]
    public void Build_GroupAskedToStayFloat_Stays()
    {
        var group = PrecisionGroups.Of(route.Graph.Graph).First(group => group.Name == "encoders.0.0.ffn");

        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, everything.WithFloat(group.Nodes));

        Assert.Equal(5, group.Nodes.Length);
        Assert.Equal(102 - 5, FusionReport.Of(quantized.File).Fused);
        Assert.All(group.Nodes, node => Assert.Equal("asked for", quantized.FloatConvolutions[node]));
    }

    [Fact]
    public void Build_ChannelsKnown_IsNearerToFp32AndStillFused()
    {
        // Stretched channels and corrected biases take half of the error's power away, and more on most frames.
        const double Gain = 2;
        var plain = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu);
        var equalized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu, route.Channels);

        var expected = DefaultPackage.Run(route.Graph).Restored;
        var before = DefaultPackage.Psnr(expected, DefaultPackage.Run(plain.File).Restored);
        var after = DefaultPackage.Psnr(expected, DefaultPackage.Run(equalized.File).Restored);

        Assert.True(after >= before + Gain, $"{before:F1} dB without and {after:F1} dB with channels");
        Assert.Equal(96, FusionReport.Of(equalized.File).Fused);
        Assert.DoesNotContain("MatMulIntegerToFloat", FusionReport.Of(equalized.File).Operators.Keys);
    }

    [Fact]
    public void Build_ChannelsKnown_KeepsTheWeightsBytes()
    {
        var plain = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu).File.Graph;
        var equalized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu, route.Channels)
            .File.Graph;

        Assert.Equal(WeightsOf(plain), WeightsOf(equalized));

        static IEnumerable<string> WeightsOf(Graph graph) => graph.Initializers
            .Where(tensor => tensor.Type == ElementType.Int8 && tensor.Shape.Length == 4)
            .Select(tensor => Convert.ToHexString(tensor.Data.Span)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Build_ValueWithoutRange_KeepsItsConvolutionFloat()
    {
        var node = route.Graph.Graph.Nodes.Where(node => node.OpType == "Conv").ElementAt(5);
        var ranges = route.Ranges.Where(range => range.Key != node.Outputs[0]).ToDictionary();

        var quantized = QuantizedGraph.Build(route.Graph, ranges, QuantizationPlan.ForCpu);

        Assert.Equal("the range of its output was not calibrated", quantized.FloatConvolutions[node.Name]);
        Assert.Equal(quantized.QuantizedConvolutions.Length, FusionReport.Of(quantized.File).Fused);
    }

    [Fact]
    public void Build_QuantizedGraph_IsRefusedWithTheOperatorNamed()
    {
        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu).File;

        var error = Assert.Throws<QuantizationException>(
            () => QuantizedGraph.Build(quantized, route.Ranges, QuantizationPlan.ForCpu));

        Assert.Contains("is quantized already: found QuantizeLinear", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_GraphWithoutConvolution_IsRefused()
    {
        var builder = new GraphBuilder("sum");
        var x = builder.Input("x", ElementType.Float, 1);
        builder.Output(builder.Add("Relu", [x]), "y", ElementType.Float, 1);

        var error = Assert.Throws<QuantizationException>(
            () => QuantizedGraph.Build(new OnnxFile(builder.Graph), route.Ranges, QuantizationPlan.ForCpu));

        Assert.Contains("found no Conv", error.Message, StringComparison.Ordinal);
    }
}
