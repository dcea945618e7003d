using EdgeRestore.Degradations;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Quantization.Tests.Precision;

/// <summary>Linear layers, as MatMul and as Gemm, between two convolutions of 64 channels.</summary>
public class ConstantProductTests
{
    private const int Channels = 64;
    private const int Hidden = 96;
    private const int Side = 8;

    // 8 bits of each of two operands: 40 to 50 dB of a network of few layers.
    private const double LeastPsnr = 35;

    private readonly OnnxFile _graph = Build();
    private readonly float[] _image = [.. Draw(new Prng(3), 3 * Side * Side)];

    [Fact]
    public void Build_ConstantProducts_AreFusedAndNearFp32()
    {
        var quantized = Quantize(QuantizationPlan.ForCpu);

        Assert.Equal(["product", "gemm"], quantized.QuantizedProducts.AsEnumerable());
        FusionReport.Of(quantized.File).RequireFused(quantized, "linear");
        Assert.Equal(2, FusionReport.Of(quantized.File).Operators["MatMulIntegerToFloat"]);
        var (expected, found) = (Run(_graph), Run(quantized.File));
        var range = expected.Max() - expected.Min();
        var error = expected.Zip(found, (a, b) => Math.Pow((a - b) / range, 2)).Average();
        Assert.InRange(-10 * Math.Log10(error), LeastPsnr, 120);
        Assert.True(quantized.File.ToBytes().Length < 0.6 * _graph.ToBytes().Length);
    }

    [Fact]
    public void Build_ProductThatIsAskedForInFloat_StaysAsItIs()
    {
        var quantized = Quantize(QuantizationPlan.ForCpu.WithFloat(["gemm"]));

        Assert.Equal(["product"], quantized.QuantizedProducts.AsEnumerable());
        Assert.Contains(quantized.File.Graph.Nodes, node => node.OpType == "Gemm");
        Assert.Contains(PrecisionGroups.Of(_graph.Graph), group => group.Nodes.Contains("gemm"));
    }

    [Fact]
    public void Build_ForTensorRt_LeavesProductsToIt() =>
        Assert.Empty(Quantize(QuantizationPlan.ForTensorRt).QuantizedProducts);

    [Theory]
    [InlineData(63, 64)]
    [InlineData(64, 63)]
    public void Of_SmallMatrix_StaysInFloatingPoint(int inputs, int outputs)
    {
        var node = new Node { OpType = "MatMul", Name = "small", Inputs = ["x", "w"], Outputs = ["y"] };

        var (product, reason) = ConstantProduct.Of(
            node, name => name == "w" ? Initializer.Of("w", [inputs, outputs], new float[inputs * outputs]) : null);

        Assert.Null(product);
        Assert.Contains("below 64", reason, StringComparison.Ordinal);
    }

    private QuantizedGraph Quantize(QuantizationPlan plan)
    {
        var ranges = ProbedRanges.Of(_graph, Inputs());
        var taps = TapSelection.Of(_graph.Graph).ToHashSet(StringComparer.Ordinal);
        return QuantizedGraph.Build(
            _graph, ranges.Where(range => taps.Contains(range.Key)).ToDictionary(StringComparer.Ordinal), plan);
    }

    private NamedOnnxValue[] Inputs() =>
        [NamedOnnxValue.CreateFromTensor("image", new DenseTensor<float>(_image, [1, 3, Side, Side]))];

    private float[] Run(OnnxFile file)
    {
        using var session = new InferenceSession(file.ToBytes());
        using var results = session.Run(Inputs());
        return [.. results.First().AsEnumerable<float>()];
    }

    // image -> Conv -> (pixels, channels) -> MatMul -> Relu -> Gemm -> (channels, height, width) -> Conv
    private static OnnxFile Build()
    {
        var graph = new GraphBuilder("linear");
        var prng = new Prng(11);
        var image = graph.Input("image", ElementType.Float, 1, 3, Side, Side);
        var x = graph.Add(
            "Conv", [image, Weight("first.weight", [Channels, 3, 3, 3])], new IntsAttribute("pads", [1, 1, 1, 1]));
        var pixels = graph.Add(
            "Transpose", [graph.Add("Reshape", [x, graph.Constant(Channels, Side * Side)])],
            new IntsAttribute("perm", [1, 0]));
        var hidden = graph.Add("Relu", [Named("product", "MatMul", [pixels, Weight("up", [Channels, Hidden])])]);
        var back = Named(
            "gemm", "Gemm", [hidden, Weight("down", [Channels, Hidden]), Weight("down.bias", [Channels])],
            new IntAttribute("transB", 1));
        var y = graph.Add(
            "Reshape",
            [
                graph.Add("Transpose", [back], new IntsAttribute("perm", [1, 0])),
                graph.Constant(1, Channels, Side, Side),
            ]);
        var last = graph.Add(
            "Conv", [y, Weight("last.weight", [3, Channels, 3, 3])], new IntsAttribute("pads", [1, 1, 1, 1]));
        graph.Output(last, "restored", ElementType.Float, 1, 3, Side, Side);
        return new OnnxFile(graph.Graph);

        string Named(string name, string opType, string[] inputs, params NodeAttribute[] attributes)
        {
            graph.Graph.Nodes.Add(new()
            {
                OpType = opType,
                Name = name,
                Inputs = [.. inputs],
                Outputs = [$"{name}_output"],
                Attributes = [.. attributes],
            });
            return $"{name}_output";
        }

        string Weight(string name, long[] shape)
        {
            var values = Draw(prng, (int)shape.Aggregate(1L, (product, side) => product * side)).ToArray();
            return graph.Initializer(Initializer.Of(name, shape, values));
        }
    }

    private static IEnumerable<float> Draw(Prng prng, int count)
    {
        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = (float)prng.NextGaussian() / 8;
        }

        return values;
    }
}
