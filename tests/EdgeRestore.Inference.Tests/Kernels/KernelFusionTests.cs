using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Kernels;
using EdgeRestore.Onnx;
using EdgeRestore.TestPackages;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Tests.Kernels;

public sealed class KernelFusionTests
{
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

        var ours = Run(path, frames, width, height, count, fuses: true);
        var theirs = Run(path, frames, width, height, count, fuses: false);

        // A value may round to the next level.
        Assert.InRange(Error(ours, theirs), 0, 1e-3);
    }

    // Products are rounded once where they were rounded twice.
    [Theory]
    [InlineData("noise", 90, 61)]
    [InlineData("haze", 64, 40)]
    public void Open_DefaultPackageIn8Bits_IsNoFartherFromSinglePrecision(string route, int width, int height)
    {
        var frame = Frames(1, width, height);
        var single = Run(Path.Combine(PackageFolder, $"{route}.onnx"), frame, width, height, 1, fuses: false);
        var int8 = Path.Combine(PackageFolder, $"{route}.int8-cpu.onnx");

        var ours = Error(Run(int8, frame, width, height, 1, fuses: true), single);
        var theirs = Error(Run(int8, frame, width, height, 1, fuses: false), single);

        Assert.InRange(ours, 0, theirs * 1.05);
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
        var (scale, zero) = (builder.Constant(0.1f), builder.Initializer(new("zero", ElementType.UInt8, [], new byte[] { 128 })));
        var scales = builder.Initializer(Initializer.Of("scales", [6], [0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f]));
        var zeros = builder.Initializer(new("zeros", ElementType.UInt8, [6], Enumerable.Repeat((byte)128, 6).ToArray()));
        var a = builder.Add("DequantizeLinear", [builder.Add("QuantizeLinear", [x, scale, zero]), scales, zeros]);
        var b = builder.Add("DequantizeLinear", [builder.Add("QuantizeLinear", [y, scale, zero]), scales, zeros]);
        builder.Graph.Nodes.Add(new() { OpType = "Gelu", Domain = "com.microsoft", Inputs = [a], Outputs = ["gelu"] });
        builder.Output(builder.Add("Mul", ["gelu", b]), "product", ElementType.Float);
        var file = new OnnxFile(builder.Graph);
        file.Opsets["com.microsoft"] = 1;

        OnnxRuntimeLibrary.Load(null);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = CpuSession.Open(file, options);

        using var one = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1f, (int)shape.Aggregate((p, s) => p * s)).ToArray(), shape);
        using var other = OrtValue.CreateTensorValueFromMemory(
            Enumerable.Repeat(1f, (int)gateShape.Aggregate((p, s) => p * s)).ToArray(), gateShape);
        using var runOptions = new RunOptions();
        using var results = session.Run(runOptions, ["x", "y"], [one, other], ["product"]);
        Assert.All(results[0].GetTensorDataAsSpan<float>().ToArray(), value => Assert.Equal(0.8413f, value, 1e-4f));
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
        Assert.Equal(1, Kernels(KernelFusion.Apply(file)!)[ChannelNorm.OpType]);

        OnnxRuntimeLibrary.Load(null);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var ours = CpuSession.Open(file, options);
        using var theirs = new InferenceSession(file.ToBytes());

        using var input = OrtValue.CreateTensorValueFromMemory(KernelRun.Random(48 * 35), [1, 48, 5, 7]);
        using var runOptions = new RunOptions();
        using var one = ours.Run(runOptions, ["x"], [input], ["y"]);
        using var other = theirs.Run(runOptions, ["x"], [input], ["y"]);
        Assert.All(
            one[0].GetTensorDataAsSpan<float>().ToArray().Zip(other[0].GetTensorDataAsSpan<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
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

    private static byte[] Run(string path, byte[] frames, int width, int height, int count, bool fuses)
    {
        OnnxRuntimeLibrary.Load(null);
        using var options = new SessionOptions { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = fuses ? CpuSession.Open(path, options) : new InferenceSession(path, options);
        using var frame = OrtValue.CreateTensorValueFromMemory(frames, [count, height, width, 3]);
        using var strength = OrtValue.CreateTensorValueFromMemory(new float[] { 1 }, [1]);
        using var runOptions = new RunOptions();
        using var results = session.Run(runOptions, ["frame", "strength"], [frame, strength], ["restored"]);
        return results[0].GetTensorDataAsSpan<byte>().ToArray();
    }
}
