using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// DequantizeLinear of an image, with the sum behind it, where it feeds operators in floats: what runs in 8 bits takes
/// values with one scale, and ONNX Runtime makes one operator of both.
/// </summary>
internal static class ChannelDequantizePattern
{
    public static void TryFuse(FusedGraph graph, Node node)
    {
        if (!graph.IsImageInBytes(node.Inputs[0]) || graph.Parameters(node) is not { } parameters
            || (parameters.IsPerTensor
                && !graph.Links.Consumers(node.Outputs[0]).All(consumer => IsInFloats(graph, consumer))))
        {
            return;
        }

        graph.DescribeImage(node.Outputs[0], ElementType.Float);
        graph.Replace(node, Kernel(ChannelDequantize.OpType, node.Inputs[0], [], node.Outputs[0], parameters));

        // A shape alone is not worth a pass.
        foreach (var shape in graph.Links.Consumers(node.Outputs[0]).Where(consumer => consumer.Is("Shape")))
        {
            graph.Replace(shape, shape.WithInputs([node.Inputs[0]]));
        }
    }

    public static void TryFuseSum(FusedGraph graph, Node sum)
    {
        if (IsSumInBytes(graph, sum))
        {
            return;
        }

        // A value that something else takes as well is there in floats anyway.
        var isFirst = graph.OnlyConsumer(sum.Inputs[1]) is null;
        if (!TryWith(sum.Inputs[isFirst ? 0 : 1], sum.Inputs[isFirst ? 1 : 0]))
        {
            TryWith(sum.Inputs[isFirst ? 1 : 0], sum.Inputs[isFirst ? 0 : 1]);
        }

        bool TryWith(string value, string added)
        {
            if (graph.Producer(value, "DequantizeLinear") is not { } node || !graph.IsImageInBytes(node.Inputs[0])
                || !graph.IsFloat(added) || graph.Parameters(node) is not { } parameters)
            {
                return false;
            }

            graph.DescribeImage(sum.Outputs[0], ElementType.Float);
            graph.Replace(
                sum, Kernel(ChannelDequantize.AddingOpType, node.Inputs[0], [added], sum.Outputs[0], parameters));
            return true;
        }
    }

    private static bool IsInFloats(FusedGraph graph, Node consumer) =>
        consumer.Is("Reshape") || consumer.Is("Shape") || (consumer.Is("Add") && !IsSumInBytes(graph, consumer));

    private static bool IsSumInBytes(FusedGraph graph, Node sum) =>
        sum.Inputs.All(input => graph.Producer(input, "DequantizeLinear") is not null)
        && graph.OnlyConsumer(sum.Outputs[0]).Is("QuantizeLinear");

    private static Node[] Kernel(
        string opType, string image, ImmutableArray<string> others, string output, QuantizationParameters parameters)
    {
        var last = $"{output}.last";
        return
        [
            FusedGraph.ToChannelsLast(image, last),
            FusedGraph.Kernel(
                opType, [last, .. others], output,
                new FloatsAttribute("scale", parameters.Scales), new IntAttribute("zero_point", parameters.ZeroPoint)),
        ];
    }
}
