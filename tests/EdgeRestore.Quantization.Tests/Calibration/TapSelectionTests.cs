using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Graphs;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Tests.Calibration;

public class TapSelectionTests(DefaultPackage route) : IClassFixture<DefaultPackage>
{
    [Fact]
    public void Of_RealSubnetwork_LeavesOutWhatNothingPutsIn8Bits()
    {
        var graph = route.Graph.Graph;
        var taps = TapSelection.Of(graph).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(
            GeluPattern.FindAll(graph, new GraphLinks(graph))
                .SelectMany(gelu => gelu.Nodes.SelectMany(node => node.Outputs).Where(value => value != gelu.Output)),
            taps.Contains);
        Assert.DoesNotContain(
            graph.Nodes.Where(node => node.OpType == "Sub").SelectMany(node => node.Outputs), taps.Contains);
        Assert.All(
            graph.Nodes.Where(node => node.OpType == "Conv"),
            node => Assert.True(taps.Contains(node.Inputs[0]) && taps.Contains(node.Outputs[0])));
    }

    // What is left out must make no difference: the same graph from ranges of everything and from those of the taps.
    [Theory]
    [InlineData(QuantizedSums.None)]
    [InlineData(QuantizedSums.All)]
    public void Of_RealSubnetwork_AreAllThatThePlansAskFor(QuantizedSums sums)
    {
        var taps = TapSelection.Of(route.Graph.Graph).ToHashSet(StringComparer.Ordinal);
        var tapped = route.Ranges.Where(range => taps.Contains(range.Key)).ToDictionary(StringComparer.Ordinal);
        Assert.True(tapped.Count < route.Ranges.Count);
        QuantizationPlan[] plans =
        [
            QuantizationPlan.ForCpu with { Sums = sums },
            QuantizationPlan.ForCpu with
            {
                Sums = sums,
                ProtectsFinestSums = false,
                ProtectsEnds = false,
                ApproximatesGelu = true,
            },
            QuantizationPlan.ForTensorRt,
        ];

        foreach (var plan in plans)
        {
            Assert.Equal(
                QuantizedGraph.Build(route.Graph, route.Ranges, plan, route.Channels).File.ToBytes(),
                QuantizedGraph.Build(route.Graph, tapped, plan, route.Channels).File.ToBytes());
        }
    }
}
