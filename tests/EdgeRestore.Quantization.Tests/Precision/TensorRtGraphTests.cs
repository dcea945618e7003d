using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Tests.Precision;

public class TensorRtGraphTests(DefaultPackage route) : IClassFixture<DefaultPackage>
{
    private const double LeastPsnr = 40;

    [Fact]
    public void Build_RealSubnetwork_TwinIsNearFp32()
    {
        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForTensorRt);

        var (expected, (restored, nonFinite)) = (
            DefaultPackage.Run(route.Graph).Restored, DefaultPackage.Run(quantized.Judged));

        Assert.InRange(DefaultPackage.Psnr(expected, restored), LeastPsnr, 60);
        Assert.Equal(0, nonFinite);
    }

    [Fact]
    public void Build_RealSubnetwork_IsStronglyTypedHalfAndLoads()
    {
        var quantized = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForTensorRt);
        var types = Graphs.GraphTypes.Of(quantized.File.Graph);

        Assert.All(
            quantized.File.Graph.Nodes.Where(node => node.OpType == "QuantizeLinear"),
            node =>
                Assert.Equal(
                    (ElementType.Float16, ElementType.Float16), (types[node.Inputs[0]], types[node.Inputs[1]])));
        Assert.True(FusionReport.Of(quantized.File).Operators.Count > 0);
    }

    [Fact]
    public void Build_RealSubnetwork_ZeroPointsAreZeroAndScalesAreNormalInHalf()
    {
        var graph = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForTensorRt).File.Graph;
        var constants = graph.Initializers.ToDictionary(constant => constant.Name);

        foreach (var node in graph.Nodes.Where(node => node.OpType is "QuantizeLinear" or "DequantizeLinear"))
        {
            Assert.Equal(ElementType.Int8, constants[node.Inputs[2]].Type);
            Assert.All(constants[node.Inputs[2]].Data.ToArray(), zero => Assert.Equal(0, zero));
            var scales = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(
                constants[node.Inputs[1]].Data.Span);
            foreach (var scale in scales)
            {
                Assert.InRange((float)scale, 6.1e-5f, 65504f);
            }
        }
    }

    [Fact]
    public void Build_RealSubnetwork_NothingIsQuantizedBehindAConvolutionThatOnlySumsTake()
    {
        var graph = QuantizedGraph.Build(route.Graph, route.Ranges, QuantizationPlan.ForTensorRt).Judged.Graph;
        var convolutions = graph.Nodes.Where(node => node.OpType == "Conv").Select(node => node.Outputs[0]).ToHashSet();

        foreach (var sum in graph.Nodes.Where(node => node.OpType == "Add" && node.Inputs.Any(convolutions.Contains)))
        {
            var made = sum.Inputs.First(convolutions.Contains);
            Assert.DoesNotContain(graph.Nodes, node => node.OpType == "QuantizeLinear" && node.Inputs[0] == made
                && graph.Nodes.Count(user => user.Inputs.Contains(made)) == 1);
        }
    }

    [Theory]
    [InlineData(new long[] { 8, 3, 3, 3 }, 1, "3 to 8 channels are too few")]
    [InlineData(new long[] { 16, 3, 3, 3 }, 1, null)]
    [InlineData(new long[] { 32, 32, 1, 1 }, 1, null)]
    [InlineData(new long[] { 32, 1, 3, 3 }, 32, null)]
    [InlineData(new long[] { 254, 1, 3, 3 }, 254, "grouped, 254 output channels are no multiple of 8")]
    [InlineData(new long[] { 32, 1, 1, 1 }, 32, "grouped, a kernel below 3")]
    public void Obstacle_IsThatOfTensorRtsKernels(long[] weight, int groups, string? expected)
    {
        var node = new Node
        {
            OpType = "Conv",
            Inputs = ["x", "w"],
            Outputs = ["y"],
            Attributes = [new IntAttribute("group", groups)],
        };

        Assert.Equal(expected, TensorRtRules.Obstacle(node, [.. weight]));
    }
}
