using EdgeRestore.Inference.Kernels;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests.Precision;

public class HalfGraphTests(DefaultPackage route) : IClassFixture<DefaultPackage>
{
    // The acceptance of the field: FP16 must not be told from FP32 in 8 bits.
    private const double LeastPsnr = 55;

    [Fact]
    public void Build_RealSubnetwork_IsNearFp32WithHalfTheBytes()
    {
        var half = HalfGraph.Build(route.Graph);

        var (expected, (restored, nonFinite)) = (DefaultPackage.Run(route.Graph).Restored, DefaultPackage.Run(half));

        Assert.InRange(DefaultPackage.Psnr(expected, restored), LeastPsnr, 60);
        Assert.Equal(0, nonFinite);
        Assert.InRange(half.ToBytes().Length, 1, 0.52 * route.Graph.ToBytes().Length);
    }

    [Fact]
    public void Build_RealSubnetwork_ComputesConvolutionsInHalfAndSumsOfSquaresInFloat()
    {
        var half = HalfGraph.Build(route.Graph).Graph;
        var types = Graphs.GraphTypes.Of(half);

        Assert.All(half.Nodes.Where(node => node.OpType == "Conv"), node => Assert.Equal(
            ElementType.Float16, types[node.Inputs[0]]));
        Assert.All(
            half.Nodes.Where(node => node.OpType is "ReduceL2" or "Softmax" or "Sqrt"),
            node => Assert.Equal(ElementType.Float, types[node.Inputs[0]]));
    }

    [Fact]
    public void Build_WeightsKept_ComputesTheSameFromTheFp32Weights()
    {
        var shared = new ExternalData("weights.bin");
        _ = route.Graph.ToBytes(shared);
        var length = shared.LengthBytes;

        var kept = HalfGraph.Build(route.Graph, keepsWeights: true);

        Assert.Equal(DefaultPackage.Run(HalfGraph.Build(route.Graph)).Restored, DefaultPackage.Run(kept).Restored);
        _ = kept.ToBytes(shared);
        Assert.Equal(length, shared.LengthBytes);
    }

    [Fact]
    public void Build_HalfGraph_IsRefused()
    {
        var half = HalfGraph.Build(route.Graph);

        var error = Assert.Throws<QuantizationException>(() => HalfGraph.Build(half));

        Assert.Contains("is in FP16 already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_RealSubnetwork_RunsInFp32OnRoundedWeights()
    {
        var stored = HalfGraph.Store(route.Graph);

        var (expected, (restored, _)) = (DefaultPackage.Run(route.Graph).Restored, DefaultPackage.Run(stored));

        Assert.InRange(DefaultPackage.Psnr(expected, restored), LeastPsnr, 60);
        Assert.InRange(stored.ToBytes().Length, 1, 0.55 * route.Graph.ToBytes().Length);
    }

    [Fact]
    public void Build_WeightThatOverflows_KeepsItsOperatorInFp32()
    {
        var builder = new GraphBuilder("large");
        var x = builder.Input("x", ElementType.Float, 1, 1, 4, 4);
        var first = builder.Add("Conv", [x, builder.Initializer(Initializer.Of("one", [1, 1, 1, 1], [1f]))]);
        var large = builder.Add("Mul", [first, builder.Initializer(Initializer.Of("large", [1], [1e6f]))]);
        var last = builder.Add("Conv", [large, builder.Initializer(Initializer.Of("small", [1, 1, 1, 1], [1e-3f]))]);
        builder.Output(last, "y", ElementType.Float, 1, 1, 4, 4);

        var half = HalfGraph.Build(new OnnxFile(builder.Graph)).Graph;

        var product = half.Nodes.Single(node => node.OpType == "Mul");
        Assert.Equal(ElementType.Float, Graphs.GraphTypes.Of(half)[product.Outputs[0]]);
    }

    // What floating point keeps of an 8-bit graph: the same convolutions are fused, and the result is as near FP32's as
    // before.
    [Fact]
    public void Store_EightBitGraph_FusesAsMuchAndLosesNothing()
    {
        const double LeastDifference = 0.5;
        var graph = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForCpu, route.Channels).File;

        var stored = HalfGraph.Store(graph);

        Assert.Equal(FusionReport.Of(graph).Fused, FusionReport.Of(stored).Fused);
        Assert.InRange(stored.ToBytes().Length, 1, 0.93 * graph.ToBytes().Length);
        var expected = DefaultPackage.Run(route.Graph).Restored;
        var before = DefaultPackage.Psnr(expected, DefaultPackage.Run(graph).Restored);
        Assert.InRange(
            DefaultPackage.Psnr(expected, DefaultPackage.Run(stored).Restored), before - LeastDifference, 100);
    }

    // A package by itself has its constants so; the operators of the engines are found all the same.
    [Fact]
    public void Store_QuantizedGraph_KeepsWhatEnginesFuse()
    {
        var graph = OnnxFile.Read(Path.Combine(Checkout.Root, "deploy/models/edgerestore-default/noise.int8-cpu.onnx"));

        Assert.Equal(Kernels(graph), Kernels(HalfGraph.Store(graph)));

        static IEnumerable<(string OpType, int Count)> Kernels(OnnxFile file) => KernelFusion.Apply(file)!.Graph.Nodes
            .Where(node => node.Domain == KernelLibrary.Domain)
            .GroupBy(node => node.OpType)
            .Select(group => (group.Key, group.Count()))
            .Order();
    }
}
