using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Kernels;
using EdgeRestore.Onnx;
using EdgeRestore.TestPackages;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Tests.Kernels;

public sealed class KernelFusionTests
{
    private static readonly string[] OwnTypes =
    [
        ChannelNorm.OpType, ChannelNorm.RoundingOpType, ChannelDequantize.OpType, ChannelDequantize.AddingOpType,
        ChannelQuantize.OpType, GatedGelu.OpType,
        GatedGelu.RoundingOpType, PixelShuffle.OpType, PixelShuffle.BytesOpType, RowNorm.OpType,
    ];

    private static string PackageFolder => Path.Combine(Checkout.Root, "deploy/models/edgerestore-default");

    // Eight blocks with two norms each; attention has norms of its queries and keys.
    [Fact]
    public void Apply_DefaultPackage_ReplacesAllOfItsNorms()
    {
        var single = Kernels(KernelFusion.Apply(OnnxFile.Read(Path.Combine(PackageFolder, "noise.onnx")))!);
        var int8 = Kernels(KernelFusion.Apply(OnnxFile.Read(Path.Combine(PackageFolder, "noise.int8-cpu.onnx")))!);

        Assert.Equal((16, 16, 3), (single[ChannelNorm.OpType], single[RowNorm.OpType], single[PixelShuffle.OpType]));
        Assert.Equal((16, 16), (int8[ChannelNorm.RoundingOpType], int8[RowNorm.OpType]));
        Assert.InRange(int8[GatedGelu.OpType] + int8[GatedGelu.RoundingOpType], 7, 8);
    }

    // Sizes with padding; two frames at once.
    [Theory]
    [InlineData("noise.onnx", 90, 61, 1)]
    [InlineData("low-light_haze.onnx", 64, 40, 2)]
    public void Open_DefaultPackage_GivesWhatOnnxRuntimesOwnOperatorsGive(string file, int width, int height, int count)
    {
        var path = Path.Combine(PackageFolder, file);
        var frames = Frames(count, width, height);

        var ours = Restored(path, frames, width, height, count, fuses: true);
        var theirs = Restored(path, frames, width, height, count, fuses: false);

        // A value may round to the next level.
        Assert.InRange(Error(ours, theirs), 0, 1e-3);
    }

    // Products are rounded once where they were rounded twice, which on a frame of random values goes either way by a
    // little.
    [Theory]
    [InlineData("noise", 90, 61)]
    [InlineData("haze", 64, 40)]
    public void Open_DefaultPackageIn8Bits_IsNoFartherFromSinglePrecision(string route, int width, int height)
    {
        var frame = Frames(1, width, height);
        var single = Restored(Path.Combine(PackageFolder, $"{route}.onnx"), frame, width, height, 1, fuses: false);
        var int8 = Path.Combine(PackageFolder, $"{route}.int8-cpu.onnx");

        var ours = Error(Restored(int8, frame, width, height, 1, fuses: true), single);
        var theirs = Error(Restored(int8, frame, width, height, 1, fuses: false), single);

        Assert.InRange(ours, 0, theirs * 1.2);
    }

    // Convolutions in 8 bits have channels last. What is left is at the frame's two ends, and tiny matrices.
    [Fact]
    public void Open_DefaultPackageIn8Bits_LeavesFewTranspositions()
    {
        var path = Path.Combine(PackageFolder, "noise.int8-cpu.onnx");
        var (_, operators) = Run(path, Frames(1, 64, 48), 64, 48, 1, fuses: true);
        var (_, others) = Run(path, Frames(1, 64, 48), 64, 48, 1, fuses: false);

        Assert.InRange(operators["Transpose"], 1, 24);
        Assert.InRange(others["Transpose"], 60, int.MaxValue);
        Assert.InRange(operators[ChannelDequantize.AddingOpType], 12, 14);
    }

    [Fact]
    public void Apply_GraphWithoutPatterns_IsLeftAlone() =>
        Assert.Null(KernelFusion.Apply(OnnxFile.Read(Path.Combine(PackageFolder, "classifier.onnx"))));

    // Of its three shuffles only the last one is in float32, which the operators are for.
    [Fact]
    public void Apply_HalfPrecision_TakesOnlyWhatIsInSinglePrecision()
    {
        var fused = KernelFusion.Apply(OnnxFile.Read(Path.Combine(PackageFolder, "rain.fp16-cuda.onnx")))!;

        Assert.Equal(1, Kernels(fused)[PixelShuffle.OpType]);
    }

    // Somebody's graph may have a pattern's operators on values that are no images, or that a product spreads.
    [Theory]
    [InlineData(new long[] { 4, 6 }, new long[] { 4, 6 })]
    [InlineData(new long[] { 1, 6, 4, 4 }, new long[] { 1, 6, 1, 1 })]
    public void Open_GateThatIsNoImageOfAConvolution_RunsWithOnnxRuntimesOperators(long[] shape, long[] gateShape)
    {
        var builder = new GraphBuilder("gate");
        var x = builder.Input("x", ElementType.Float, [.. shape.Select(size => (Dimension)size)]);
        var y = builder.Input("y", ElementType.Float, [.. gateShape.Select(size => (Dimension)size)]);
        var scale = builder.Constant(0.1f);
        var zero = builder.Initializer(new("zero", ElementType.UInt8, [], new byte[] { 128 }));
        var scales = builder.Initializer(Initializer.Of("scales", [6], [0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f]));
        var zeros = builder.Initializer(
            new("zeros", ElementType.UInt8, [6], Enumerable.Repeat((byte)128, 6).ToArray()));
        var a = builder.Add("DequantizeLinear", [builder.Add("QuantizeLinear", [x, scale, zero]), scales, zeros]);
        var b = builder.Add("DequantizeLinear", [builder.Add("QuantizeLinear", [y, scale, zero]), scales, zeros]);
        builder.Graph.Nodes.Add(new() { OpType = "Gelu", Domain = "com.microsoft", Inputs = [a], Outputs = ["gelu"] });
        builder.Output(builder.Add("Mul", ["gelu", b]), "product", ElementType.Float);
        var file = new OnnxFile(builder.Graph);
        file.Opsets["com.microsoft"] = 1;

        var (product, operators) = KernelRun.Run<float>(
            options => CpuSession.Open(file, options), "product", ("x", Ones(shape)), ("y", Ones(gateShape)));

        Assert.Empty(OwnOf(operators));
        Assert.All(product, value => Assert.Equal(0.8413f, value, 1e-4f));

        static OrtValue Ones(long[] shape) => OrtValue.CreateTensorValueFromMemory(
            Enumerable.Repeat(1f, (int)shape.Aggregate((p, s) => p * s)).ToArray(), shape);
    }

    // 24 groups of two channels each are not 48 channels: what the reshape says counts.
    [Fact]
    public void Open_NormOverGroups_GivesWhatOnnxRuntimesOwnOperatorsGive()
    {
        var builder = new GraphBuilder("groups");
        var x = builder.Input("x", ElementType.Float, 1, 48, 5, 7);
        var mean = builder.Initializer(Initializer.Of("mean", [1, 24], Enumerable.Repeat(1 / 24f, 24).ToArray()));
        var flat = builder.Add("Reshape", [x, builder.Constant(0, 24, -1)]);
        var difference = builder.Add("Sub", [flat, builder.Add("MatMul", [mean, flat])]);
        var square = builder.Add("MatMul", [mean, builder.Add("Mul", [difference, difference])]);
        var root = builder.Add("Sqrt", [builder.Add("Add", [square, builder.Constant(1e-5f)])]);
        var norm = builder.Add("Mul", [difference, builder.Add("Reciprocal", [root])]);
        var image = builder.Add("Reshape", [norm, builder.Add("Shape", [x])]);
        var weight = builder.Initializer(Initializer.Of("weight", [1, 48, 1, 1], KernelRun.Random(48)));
        builder.Output(builder.Add("Conv", [image, weight]), "y", ElementType.Float);
        var file = new OnnxFile(builder.Graph);
        (string Name, OrtValue Value) input =
            ("x", OrtValue.CreateTensorValueFromMemory(KernelRun.Random(48 * 35), [1, 48, 5, 7]));

        var (ours, operators) = KernelRun.Run<float>(options => CpuSession.Open(file, options), "y", input);
        var (theirs, others) = KernelRun.Run<float>(options => new(file.ToBytes(), options), "y", input);

        Assert.Equal(new() { [ChannelNorm.OpType] = 1 }, OwnOf(operators));
        Assert.Empty(OwnOf(others));
        Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    private static byte[] Frames(int count, int width, int height) =>
    [
        .. Enumerable.Range(0, count * width * height * 3)
            .Select(index => (byte)(128 + (100 * Math.Sin(index * 0.013)) + (index * 31 % 23))),
    ];

    private static double Error(byte[] one, byte[] other) =>
        one.Zip(other).Average(pair => Math.Pow(pair.First - pair.Second, 2));

    private static Dictionary<string, int> Kernels(OnnxFile file) => file.Graph.Nodes
        .Where(node => node.Domain == KernelLibrary.Domain).CountBy(node => node.OpType).ToDictionary();

    // Our own operators among those that ran; ONNX Runtime has none of these names.
    private static Dictionary<string, int> OwnOf(IReadOnlyDictionary<string, int> operators) =>
        operators.Where(item => OwnTypes.Contains(item.Key)).ToDictionary();

    // Opened with operators of our own, it must have run all that the fusion puts into the graph.
    private static byte[] Restored(string path, byte[] frames, int width, int height, int count, bool fuses)
    {
        var (restored, operators) = Run(path, frames, width, height, count, fuses);
        Assert.Equal(fuses ? Kernels(KernelFusion.Apply(OnnxFile.Read(path))!) : [], OwnOf(operators));
        return restored;
    }

    private static (byte[] Output, IReadOnlyDictionary<string, int> Operators) Run(
        string path, byte[] frames, int width, int height, int count, bool fuses) => KernelRun.Run<byte>(
            options => fuses ? CpuSession.Open(path, options) : new(path, options),
            "restored",
            ("frame", OrtValue.CreateTensorValueFromMemory(frames, [count, height, width, 3])),
            ("strength", OrtValue.CreateTensorValueFromMemory(new float[] { 1 }, [1])));
}
