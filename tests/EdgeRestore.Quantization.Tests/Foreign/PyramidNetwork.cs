using EdgeRestore.Degradations;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Tests.Foreign;

/// <summary>
/// An encoder and decoder as exporters of others write it: weights in Constant nodes and as inputs with a default,
/// batch norms, a transposed convolution, a resize, a concatenation, residual sums, gates, and a classifying head.
/// </summary>
internal static class PyramidNetwork
{
    public const int Side = 64;

    public static OnnxFile Build(int opset)
    {
        var graph = new GraphBuilder("pyramid");
        var prng = new Prng(11);
        var image = graph.Input("image", ElementType.Float, 1, 3, Side, Side);

        var stem = graph.Add("Relu", [Normalized(Convolution(image, "stem", 3, 16, isNode: true), "stem", 16)]);
        var down = graph.Add(
            "Clip", [Convolution(stem, "down", 16, 32, stride: 2), graph.Constant(0f), graph.Constant(6f)]);
        var inner = Normalized(Convolution(down, "block.0", 32, 32), "block", 32);
        var gated = graph.Add("Mul", [inner, graph.Add("HardSigmoid", [inner])]);
        var block = graph.Add("Relu", [graph.Add("Add", [down, Convolution(gated, "block.1", 32, 32)])]);
        var transposed = graph.Add(
            "ConvTranspose", [block, Weight("up", [32, 16, 2, 2])], new IntsAttribute("strides", [2, 2]));
        var joined = Convolution(
            graph.Add("Concat", [transposed, stem], new IntAttribute("axis", 1)), "join", 32, 16, isInput: true);
        var resized = graph.Add(
            "Resize",
            [block, graph.Initializer(Initializer.Of("roi", [0], [])), graph.Initializer(Initializer.Of(
                "scales", [4], [1f, 1, 2, 2]))],
            new StringAttribute("mode", "nearest"));
        var sum = graph.Add("Add", [joined, Convolution(resized, "lateral", 32, 16)]);
        var gate = graph.Add("Sigmoid", [Convolution(sum, "gate", 16, 16)]);
        var residual = Convolution(graph.Add("Mul", [sum, gate]), "last", 16, 3);
        graph.Output(graph.Add("Add", [image, residual]), "restored", ElementType.Float, 1, 3, Side, Side);

        var pooled = opset < 13
            ? graph.Add("Squeeze", [graph.Add("GlobalAveragePool", [block])], new IntsAttribute("axes", [2, 3]))
            : graph.Add("Squeeze", [graph.Add("GlobalAveragePool", [block]), graph.Constant(2, 3)]);
        var logits = graph.Add(
            "Gemm",
            [pooled, Weight("head", [10, 32]), graph.Initializer(Initializer.Of("head.bias", [10], new float[10]))],
            new IntAttribute("transB", 1));
        graph.Output(
            graph.Add("Softmax", [logits], new IntAttribute("axis", 1)), "probabilities", ElementType.Float, 1, 10);
        return new OnnxFile(graph.Graph) { Opsets = { [""] = opset } };

        string Convolution(
            string x, string name, int from, int to, int stride = 1, bool isNode = false, bool isInput = false)
        {
            var weight = isNode
                ? graph.Add("Constant", [], new TensorAttribute("value", Random("", [to, from, 3, 3])))
                : Weight($"{name}.weight", [to, from, 3, 3]);
            if (isInput)
            {
                graph.Input(weight, ElementType.Float, to, from, 3, 3);
            }

            return graph.Add(
                "Conv", [x, weight], new IntsAttribute("pads", [1, 1, 1, 1]),
                new IntsAttribute("strides", [stride, stride]));
        }

        string Normalized(string x, string name, int channels) => graph.Add("BatchNormalization",
        [
            x,
            graph.Initializer(Initializer.Of($"{name}.scale", [channels], Enumerable.Repeat(1.2f, channels).ToArray())),
            graph.Initializer(Initializer.Of($"{name}.shift", [channels], Enumerable.Repeat(0.1f, channels).ToArray())),
            graph.Initializer(Initializer.Of($"{name}.mean", [channels], Enumerable.Repeat(0.05f, channels).ToArray())),
            graph.Initializer(
                Initializer.Of($"{name}.variance", [channels], Enumerable.Repeat(0.8f, channels).ToArray())),
        ]);

        string Weight(string name, long[] shape) => graph.Initializer(Random(name, shape));

        Initializer Random(string name, long[] shape)
        {
            var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
            var deviation = Math.Sqrt(1.0 / (values.Length / shape[0]));
            foreach (ref var value in values.AsSpan())
            {
                value = (float)(prng.NextGaussian() * deviation);
            }

            return Initializer.Of(name, shape, values);
        }
    }
}
