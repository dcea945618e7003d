using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// A convolution with 1x1 kernels of what attention over channels gives: W·(A·v) is (W·A)·v, and W·A is a small matrix.
/// </summary>
internal static class ProjectionPattern
{
    // W·A has all heads' channels as rows, A·v only a head's own: with more heads that is more work than it saves.
    private const int MaxHeads = 2;

    public static void TryFuse(FusedGraph graph, Node convolution)
    {
        var links = graph.Links;
        if (convolution.Inputs.Length != 2 || convolution.Int("group", 1) != 1
            || links.Constant(convolution.Inputs[1]) is not
            { Type: ElementType.Float, Shape: [var rows, var channels, 1, 1] } weight
            || (convolution.Ints("strides") is { } strides && strides.Any(stride => stride != 1))
            || (convolution.Ints("pads") is { } pads && pads.Any(pad => pad != 0))
            || convolution.Attributes.Any(attribute => attribute.Name == "auto_pad")
            || graph.Producer(convolution.Inputs[0], "Reshape") is not { Inputs.Length: 2 } shaping
            || graph.OnlyConsumer(shaping.Outputs[0]) is null
            || graph.Producer(shaping.Inputs[1], "Shape") is null
            || rows != channels
            || graph.Producer(shaping.Inputs[0], "MatMul") is not { } attention
            || graph.OnlyConsumer(attention.Outputs[0]) is null
            || graph.Producer(attention.Inputs[1], "Reshape") is not { Inputs.Length: 2 } split
            || links.Constant(split.Inputs[1]) is not { Type: ElementType.Int64 } sizes
            || sizes.ToInt64s() is not [0, var heads, var depth, -1] || heads * depth != channels || heads > MaxHeads)
        {
            return;
        }

        var name = convolution.Outputs[0];
        var weights = weight.ToFloats();
        var perHead = new float[weights.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                var (head, index) = Math.DivRem(channel, (int)depth);
                perHead[(((head * rows) + row) * depth) + index] = weights[(row * channels) + channel];
            }
        }

        var matrix = graph.Add(Initializer.Of($"{name}.heads", [1, heads, rows, depth], perHead));
        var square = graph.Add(Initializer.Of($"{name}.square", 0, rows, channels));
        var flat = graph.Add(Initializer.Of($"{name}.flat", 0, channels, -1));
        graph.Replace(
            convolution,
            FusedGraph.Standard("MatMul", [matrix, attention.Inputs[0]], $"{name}.wa"),
            FusedGraph.Standard("Transpose", [$"{name}.wa"], $"{name}.row", new IntsAttribute("perm", [0, 2, 1, 3])),
            FusedGraph.Standard("Reshape", [$"{name}.row", square], $"{name}.matrix"),
            FusedGraph.Standard("Reshape", [split.Inputs[0], flat], $"{name}.v"),
            FusedGraph.Standard("MatMul", [$"{name}.matrix", $"{name}.v"], $"{name}.product"),
            FusedGraph.Standard("Reshape", [$"{name}.product", shaping.Inputs[1]], name));
    }
}
