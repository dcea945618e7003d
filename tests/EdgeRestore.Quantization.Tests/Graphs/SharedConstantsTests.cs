using EdgeRestore.Inference.Kernels;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Graphs;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Tests.Graphs;

/// <summary>Constants of several graphs in fewer bytes: what the graphs compute must not change by a bit.</summary>
public sealed class SharedConstantsTests(DefaultPackage route) : IClassFixture<DefaultPackage>
{
    private const int MinimumBytes = 256;

    [Fact]
    public void Apply_TwoRoutesOfOneNetwork_TakesFewerBytesAndComputesTheSameBits()
    {
        // Measured 0.93 of two routes; twelve, which have far more rows in common, come to 0.76.
        const double MostOfBefore = 0.95;
        var before = new Dictionary<string, OnnxFile>
        {
            ["noise.onnx"] = HalfGraph.Store(QuantizedGraph.Build(
                route.Graph, route.Ranges, QuantizationPlan.ForCpu, route.Channels).File),
            ["rain.onnx"] = HalfGraph.Store(route.Quantize("rain.onnx")),
        };

        var after = SharedConstants.Apply(before, MinimumBytes);

        foreach (var (name, file) in before)
        {
            Assert.Equal(DefaultPackage.Run(file).Restored, DefaultPackage.Run(after[name]).Restored);
            Assert.Equal(FusionReport.Of(file).Fused, FusionReport.Of(after[name]).Fused);
            Assert.Equal(Kernels(file), Kernels(after[name]));
            Assert.Equal(ConvolutionsOf(file), ConvolutionsOf(after[name]));
        }

        Assert.InRange(LengthOf(after), 1, MostOfBefore * LengthOf(before));
        var again = SharedConstants.Apply(before, MinimumBytes);
        Assert.All(after, file => Assert.Equal(file.Value.ToBytes(), again[file.Key].ToBytes()));
    }

    [Fact]
    public void SharedRows_WeightsThatSelectRowsOfOneMatrix_ReadThemFromIt()
    {
        float[] matrix = [.. Enumerable.Range(1, 128 * 8).Select(value => (float)value)];
        var (one, other) = (Rows(matrix, Enumerable.Range(0, 96)), Rows(matrix, Enumerable.Range(32, 96).Reverse()));

        var shared = SharedRows.Apply([Convolution("one", one), Convolution("other", other)]);

        Assert.All(shared, file => Assert.Contains(file.Graph.Nodes, node => node.OpType == "Gather"));
        Assert.Equal(
            shared[0].Graph.Initializers.Single(tensor => tensor.Shape is [128, 8, 1, 1]).Data.ToArray(),
            shared[1].Graph.Initializers.Single(tensor => tensor.Shape is [128, 8, 1, 1]).Data.ToArray());
        Assert.Equal(one, new GraphLinks(shared[0].Graph).Constant("w")!.ToFloats());
        Assert.Equal(other, new GraphLinks(shared[1].Graph).Constant("w")!.ToFloats());
    }

    [Fact]
    public void SharedRows_WeightsWithoutACommonRow_StayAsTheyAre()
    {
        float[] matrix = [.. Enumerable.Range(1, 128 * 8).Select(value => (float)value)];
        OnnxFile[] files =
        [
            Convolution("one", Rows(matrix, Enumerable.Range(0, 64))),
            Convolution("other", Rows(matrix, Enumerable.Range(64, 64))),
        ];

        Assert.Equal(files, SharedRows.Apply(files));
    }

    [Fact]
    public void SharedRows_RowsOfZeros_DoNotMakeStrangersOneMatrix()
    {
        var one = Enumerable.Repeat(0f, 96 * 8).Concat(Enumerable.Repeat(1f, 8));
        var other = Enumerable.Repeat(0f, 96 * 8).Concat(Enumerable.Repeat(2f, 8));
        OnnxFile[] files = [Convolution("one", [.. one]), Convolution("other", [.. other])];

        Assert.Equal(files, SharedRows.Apply(files));
    }

    [Theory]
    [InlineData(17)]
    [InlineData(18)]
    public void PackedVectors_ManyOfALength_AreCutOutOfOneTensor(long opset)
    {
        var builder = new GraphBuilder("sums");
        var value = builder.Input("x", ElementType.Float, 2);
        for (var index = 0; index < 9; index++)
        {
            value = builder.Add(
                "Add", [value, builder.Initializer(Initializer.Of($"b{index}", [2], [index, index + 0.5f]))]);
        }

        builder.Output(value, "y", ElementType.Float, 2);
        var file = new OnnxFile(builder.Graph);
        file.Opsets[""] = opset;

        var packed = PackedVectors.Apply(file, tensor => tensor.Name == "b3");

        Assert.Equal(2, packed.Graph.Initializers.Count);
        Assert.Equal(8, packed.Graph.Nodes.Single(node => node.OpType == "Split").Outputs.Length);
        var links = new GraphLinks(packed.Graph);
        Assert.Equal([7, 7.5f], links.Constant("b7")!.ToFloats());
        Assert.Equal([40.5f, 49f], TinyRun(packed, [4.5f, 8.5f]));
    }

    private static float[] TinyRun(OnnxFile file, float[] x)
    {
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(file.ToBytes());
        using var results = session.Run(
        [
            Microsoft.ML.OnnxRuntime.NamedOnnxValue.CreateFromTensor(
                "x", new Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>(x, [x.Length])),
        ]);
        return [.. results[0].AsEnumerable<float>()];
    }

    private static float[] Rows(float[] matrix, IEnumerable<int> rows) =>
        [.. rows.SelectMany(row => matrix.AsSpan(row * 8, 8).ToArray())];

    private static OnnxFile Convolution(string name, float[] weight)
    {
        var builder = new GraphBuilder(name);
        var x = builder.Input("x", ElementType.Float, 1, 8, 4, 4);
        var y = builder.Add(
            "Conv", [x, builder.Initializer(Initializer.Of("w", [weight.Length / 8, 8, 1, 1], weight))]);
        builder.Output(y, "y", ElementType.Float, 1, weight.Length / 8, 4, 4);
        return new OnnxFile(builder.Graph);
    }

    private static long LengthOf(IReadOnlyDictionary<string, OnnxFile> files)
    {
        var weights = new ExternalData("weights.bin", MinimumBytes);
        foreach (var file in files.Values)
        {
            weights.Expect(file.Graph);
        }

        return files.Values.Sum(file => (long)file.ToBytes(weights).Length) + weights.LengthBytes;
    }

    private static IEnumerable<string> ConvolutionsOf(OnnxFile file) =>
        file.Graph.Nodes.Where(node => node.OpType == "Conv").Select(node => node.Name);

    private static IEnumerable<(string OpType, int Count)> Kernels(OnnxFile file) =>
        KernelFusion.Apply(file)!.Graph.Nodes
        .Where(node => node.Domain == KernelLibrary.Domain)
        .GroupBy(node => node.OpType)
        .Select(group => (group.Key, group.Count()))
        .Order();
}
