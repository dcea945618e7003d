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

    // Somebody's graph may have a pattern's operators on something that is not an image.
    [Fact]
    public void Open_PatternOnAnotherRank_RunsWithOnnxRuntimesOperators()
    {
        var builder = new GraphBuilder("rank");
        var x = builder.Input("x", ElementType.Float, 4, 6);
        var (scale, zero) = (builder.Constant(0.1f), builder.Initializer(new("zero", ElementType.UInt8, [], new byte[] { 128 })));
        var scales = builder.Initializer(Initializer.Of("scales", [6], [0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f]));
        var zeros = builder.Initializer(new("zeros", ElementType.UInt8, [6], Enumerable.Repeat((byte)128, 6).ToArray()));
        var bytes = builder.Add("QuantizeLinear", [x, scale, zero]);
        builder.Graph.Nodes.Add(new()
        {
            OpType = "Gelu",
            Domain = "com.microsoft",
            Inputs = [builder.Add("DequantizeLinear", [bytes, scales, zeros])],
            Outputs = ["gelu"],
        });
        builder.Output(
            builder.Add("Mul", ["gelu", builder.Add("DequantizeLinear", [bytes, scales, zeros])]), "y", ElementType.Float, 4, 6);
        var file = new OnnxFile(builder.Graph);
        file.Opsets["com.microsoft"] = 1;
        Assert.NotNull(KernelFusion.Apply(file));

        OnnxRuntimeLibrary.Load(null);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = CpuSession.Open(file, options);

        using var input = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1f, 24).ToArray(), [4, 6]);
        using var runOptions = new RunOptions();
        using var results = session.Run(runOptions, ["x"], [input], ["y"]);
        Assert.Equal(0.8413f, results[0].GetTensorDataAsSpan<float>()[0], 1e-4f);
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
