using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>GELU of one value in 8 bits times another one, with what is between them and around them.</summary>
internal static class GatedGeluPattern
{
    public static void TryFuse(FusedGraph graph, Node product)
    {
        var (one, other) = (product.Inputs[0], product.Inputs[1]);
        foreach (var (gated, gate) in new[] { (one, other), (other, one) })
        {
            // GELU's values may have been rounded to 8 bits in between; in one pass they need not be.
            var gelu = graph.Links.Producer(gated);
            if (gelu.Is("DequantizeLinear") && graph.Producer(gelu!.Inputs[0], "QuantizeLinear") is { } rounding
                && graph.Parameters(rounding) is { } written && graph.Parameters(gelu) == written)
            {
                gelu = graph.Links.Producer(rounding.Inputs[0]);
            }

            if (gelu is { OpType: "Gelu", Domain: "com.microsoft" }
                && graph.Producer(gelu.Inputs[0], "DequantizeLinear") is { } a
                && graph.Parameters(a) is { } parametersOfA
                && graph.Producer(gate, "DequantizeLinear") is { } b && graph.Parameters(b) is { } parametersOfB
                && graph.ChannelsOf(a.Inputs[0]) is { } channels && graph.ChannelsOf(b.Inputs[0]) == channels
                && graph.PlacesOf(a.Inputs[0]) == graph.PlacesOf(b.Inputs[0])
                && !(parametersOfA.IsPerTensor && parametersOfB.IsPerTensor)
                && (parametersOfA.IsPerTensor || parametersOfA.Scales.Length == channels)
                && (parametersOfB.IsPerTensor || parametersOfB.Scales.Length == channels))
            {
                Fuse(graph, product, (a.Inputs[0], parametersOfA), (b.Inputs[0], parametersOfB), (int)channels);
                return;
            }
        }
    }

    private static void Fuse(
        FusedGraph graph, Node product, (string Value, QuantizationParameters Parameters) a,
        (string Value, QuantizationParameters Parameters) b, int channels)
    {
        var name = product.Outputs[0];
        var (lastA, lastB, last) = ($"{name}.a", $"{name}.b", $"{name}.last");
        List<NodeAttribute> attributes =
        [
            new FloatsAttribute("a_scale", Repeated(a.Parameters, channels)),
            new FloatsAttribute("b_scale", Repeated(b.Parameters, channels)),
            new IntAttribute("a_zero_point", a.Parameters.ZeroPoint),
            new IntAttribute("b_zero_point", b.Parameters.ZeroPoint),
        ];
        var (replaced, opType) = (product, GatedGelu.OpType);
        if (graph.OnlyConsumer(name) is { } quantize && quantize.Is("QuantizeLinear")
            && graph.Parameters(quantize) is { IsPerTensor: true } parameters)
        {
            (replaced, opType) = (quantize, GatedGelu.RoundingOpType);
            attributes.Add(new FloatAttribute("scale", parameters.Scales[0]));
            attributes.Add(new IntAttribute("zero_point", parameters.ZeroPoint));
        }

        graph.DescribeImage(last, replaced == product ? ElementType.Float : ElementType.UInt8);
        graph.Replace(
            replaced,
            FusedGraph.ToChannelsLast(a.Value, lastA),
            FusedGraph.ToChannelsLast(b.Value, lastB),
            FusedGraph.Kernel(opType, [lastA, lastB], last, [.. attributes]),
            FusedGraph.ToChannelsFirst(last, replaced.Outputs[0]));
    }

    private static ImmutableArray<float> Repeated(QuantizationParameters parameters, int channels) =>
        parameters.IsPerTensor ? [.. Enumerable.Repeat(parameters.Scales[0], channels)] : parameters.Scales;
}
