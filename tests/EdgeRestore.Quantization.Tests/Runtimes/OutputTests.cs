using System.Collections.Immutable;
using EdgeRestore.Onnx;
using EdgeRestore.Onnx.Tests;
using EdgeRestore.Quantization.Graphs;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Tests.Runtimes;

/// <summary>
/// Every kind of graph that the quantizer writes of a real subnetwork: valid to ONNX's own checker, and run by two
/// runtimes.
/// </summary>
public sealed class OutputTests(DefaultPackage package) : IClassFixture<DefaultPackage>, IDisposable
{
    // Kernels sum in other orders; where that crosses a half, a level of 8 bits differs.
    private const double LeastBetweenRuntimes = 45;

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("fp16")]
    [InlineData("fp16 beside fp32")]
    [InlineData("int8 cpu")]
    [InlineData("int8 cpu, mixed")]
    [InlineData("int8 cpu, of a package by itself")]
    [InlineData("int8 tensorrt")]
    [InlineData("int8 tensorrt, mixed")]
    public async Task Output_OfAKind_PassesTheCheckerAndRunsInTwoRuntimes(string kind)
    {
        var (file, judged) = Build(kind);
        var path = folder.PathOf("graph.onnx");
        var isKnown = file.Opsets[""] <= ReferenceChecker.GreatestOpset;
        await File.WriteAllBytesAsync(path, (isKnown ? file : InKnownOpset(file)).ToBytes());
        Assert.Equal((0, file.Graph.Name), await ReferenceChecker.Check(path, isFull: isKnown));

        Assert.Equal(0, DefaultPackage.Run(file).NonFinite);
        var ours = DefaultPackage.Run(judged).Restored;
        await File.WriteAllBytesAsync(path, judged.ToBytes());
        var older = await OlderRuntime.RunAsync(path,
        [
            ("frame", OlderRuntime.Tensor.Of(
                [1, DefaultPackage.Height, DefaultPackage.Width, 3], DefaultPackage.Pixels())),
            ("strength", OlderRuntime.Tensor.Of([1], [1f])),
        ]);
        Assert.InRange(
            DefaultPackage.Psnr(ours, older["restored"].ToBytes()), LeastBetweenRuntimes, double.PositiveInfinity);
    }

    // What opset 18 took to the inputs goes back to the attributes. QuantizeLinear of FP16, which came with 19, has a
    // type that the checker's inference refuses, so that of these it sees the structure alone.
    private static OnnxFile InKnownOpset(OnnxFile file)
    {
        var constants = file.Graph.Initializers.ToDictionary(constant => constant.Name, StringComparer.Ordinal);
        var nodes = file.Graph.Nodes.Select(node =>
            node.OpType.StartsWith("Reduce", StringComparison.Ordinal)
                && node.OpType != "ReduceSum"
                && node.Inputs.Length > 1
                ? With(
                    node,
                    [node.Inputs[0]],
                    [.. node.Attributes, new IntsAttribute("axes", [.. constants[node.Inputs[1]].ToInt64s()])])
            : node.OpType == "Split"
                ? With(node, node.Inputs, [.. node.Attributes.Where(attribute => attribute.Name != "num_outputs")])
            : node);
        var known = GraphEdit.With(file, [.. nodes], file.Graph.Initializers);
        known.Opsets[""] = ReferenceChecker.GreatestOpset;
        return known;

        static Node With(Node node, ImmutableArray<string> inputs, ImmutableArray<NodeAttribute> attributes) => new()
        {
            OpType = node.OpType,
            Domain = node.Domain,
            Name = node.Name,
            Inputs = inputs,
            Outputs = node.Outputs,
            Attributes = attributes,
        };
    }

    // The second is what a CPU runs: of TensorRT's form the twin typed FP32, since 1.16 has no QuantizeLinear of FP16
    // there.
    private (OnnxFile File, OnnxFile Judged) Build(string kind)
    {
        var mixed = PrecisionGroups.Of(package.Graph.Graph).Where((_, index) => index % 3 == 0)
            .SelectMany(group => group.Nodes).ToList();
        return kind switch
        {
            "fp16" => Same(HalfGraph.Build(package.Graph)),
            "fp16 beside fp32" => Same(HalfGraph.Build(package.Graph, keepsWeights: true)),
            "int8 cpu" => Quantize(QuantizationPlan.ForCpu),
            "int8 cpu, mixed" => Quantize(QuantizationPlan.ForCpu.WithFloat(mixed)),
            "int8 cpu, of a package by itself" => Same(OfAPackage()),
            "int8 tensorrt" => Quantize(QuantizationPlan.ForTensorRt),
            "int8 tensorrt, mixed" => Quantize(QuantizationPlan.ForTensorRt.WithFloat(mixed)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
        };
    }

    // Rows and vectors stand together, and operators take them apart.
    private OnnxFile OfAPackage() => SharedConstants.Apply(
        new Dictionary<string, OnnxFile>
        {
            ["noise.onnx"] = HalfGraph.Store(Quantize(QuantizationPlan.ForCpu).File),
            ["rain.onnx"] = HalfGraph.Store(package.Quantize("rain.onnx")),
        },
        minimumBytes: 256)["noise.onnx"];

    private static (OnnxFile File, OnnxFile Judged) Same(OnnxFile file) => (file, file);

    private (OnnxFile File, OnnxFile Judged) Quantize(QuantizationPlan plan)
    {
        var quantized = QuantizedGraph.Build(package.Graph, package.Ranges, plan, package.Channels);
        return (quantized.File, quantized.Judged);
    }
}
