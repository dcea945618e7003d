using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Tests.Search;

namespace EdgeRestore.Quantization.Tests.Commands;

/// <summary>Networks of which no convolution can be in 8 bits: nothing that is written may be called INT8.</summary>
public sealed class NothingInEightBitsTests : IDisposable
{
    // Eight channels are too few for TensorRT's 8 bits; the first and the last convolution have none anywhere.
    private const int FewChannels = 8;
    private const int EnoughChannels = 16;
    private const int EndsOnly = 2;

    private readonly TestFolder _folder = new();

    public NothingInEightBitsTests()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            _folder.SaveScene($"frames/clear/{seed}.png", seed);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tensorrt", FewChannels, 6, "8 to 8 channels are too few: 4")]
    [InlineData("tensorrt", EnoughChannels, EndsOnly, "last convolution: 1")]
    [InlineData("cpu", EnoughChannels, EndsOnly, "first convolution: 1")]
    public async Task Int8_OfAPackage_WritesNothingAndSaysWhy(string profile, int channels, int layers, string reason)
    {
        var source = TinyNetwork.WritePackage(
            _folder.PathOf("source"), (Degradation.Noise, TinyNetwork.Build(channels, layers)));

        var (code, output, error) = await Int8Async(source, profile);

        Assert.True(code == ExitCode.CannotRun, $"{code}: {output}{error}");
        Assert.Contains(
            $"noise.onnx: stays fp32, none of its {layers} convolutions can be in 8 bits (", output,
            StringComparison.Ordinal);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.Contains("found no route", error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.PathOf("out")));
    }

    [Fact]
    public async Task Int8_OfOneRouteOfTwo_WritesThatOneAsInt8AndTheOtherAsFp32()
    {
        var source = TinyNetwork.WritePackage(
            _folder.PathOf("source"), (Degradation.Noise, TinyNetwork.Build(FewChannels)),
            (Degradation.Rain, TinyNetwork.Build(EnoughChannels)));

        var (code, output, error) = await Int8Async(source, "tensorrt");

        Assert.True(code == ExitCode.PartFailed, $"{code}: {output}{error}");
        Assert.Contains("1 routes in int8, 1 stay fp32, ", output, StringComparison.Ordinal);
        var written = ModelPackage.Open(_folder.PathOf("out"));
        Assert.Equal(
            [("noise.onnx", "fp32"), ("rain.onnx", "int8")],
            written.Manifest.Routes.Select(route => (route.File, route.Precision)));
        Assert.Equal(
            OnnxFile.Read(source.GetPath("noise.onnx")).Graph.Nodes.Select(node => node.OpType),
            OnnxFile.Read(written.GetPath("noise.onnx")).Graph.Nodes.Select(node => node.OpType));
        Assert.Equal(Restore(source), Restore(written));
    }

    [Theory]
    [InlineData("orin-nx", FewChannels, 6)]
    [InlineData("cpu", FewChannels, EndsOnly)]
    public async Task Auto_OfAPackage_TakesNoFormThatIsCalledInt8(string device, int channels, int layers)
    {
        var source = TinyNetwork.WritePackage(
            _folder.PathOf("source"), (Degradation.Noise, TinyNetwork.Build(channels, layers)));

        await RunAsync(
            "auto", source.Directory, "--frames", _folder.PathOf("frames"), "--for", device, "--max-drop", "10",
            "--threads", "1",
            "--out", _folder.PathOf("out"));

        var outcome = PackageOutcome.Load(_folder.PathOf("out.report/quantization.json"))
            .Routes.Single(route => route.Provider != "cuda");
        Assert.Equal("fp32", outcome.Precision);
        Assert.StartsWith("no convolution can be in 8 bits (", outcome.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(
            ModelPackage.Open(_folder.PathOf("out")).Manifest.Routes[0].Variants ?? [],
            variant => variant.Precision == "int8");
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("tensorrt")]
    public async Task Int8_OfAFile_WritesNothingAndSaysWhy(string profile)
    {
        var path = await WriteFileAsync();

        var (code, output, error) = await RunAsync(
            "int8", path, "--frames", _folder.PathOf("frames"), "--profile", profile, "--out",
            _folder.PathOf("out.onnx"));

        Assert.True(code == ExitCode.CannotRun, $"{code}: {output}{error}");
        Assert.Contains("found none of the 2 convolutions", error, StringComparison.Ordinal);
        Assert.Contains("first convolution: 1", error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.PathOf("out.onnx")));
    }

    [Fact]
    public async Task Auto_OfAFile_WritesNoFormThatIsCalledInt8()
    {
        var path = await WriteFileAsync();

        await RunAsync(
            "auto", path, "--frames", _folder.PathOf("frames"), "--out", _folder.PathOf("forms"), "--for", "x64-cuda",
            "--min-psnr", "10");

        Assert.Equal(
            ["two.fp16-cuda.onnx"], Directory.EnumerateFiles(_folder.PathOf("forms")).Select(Path.GetFileName));
    }

    private async Task<string> WriteFileAsync()
    {
        var graph = new GraphBuilder("two");
        var x = graph.Input("image", ElementType.Float, 1, 3, 64, 64);
        foreach (var layer in (int[])[0, 1])
        {
            var weights = Enumerable.Range(0, 9 * 9).Select(index => (((index * 37) % 11) - 5) / 27f).ToArray();
            x = graph.Add(
                "Conv", [x, graph.Initializer(Initializer.Of($"{layer}.weight", [3, 3, 3, 3], weights))],
                new IntsAttribute("pads", [1, 1, 1, 1]));
        }

        graph.Output(x, "restored", ElementType.Float, 1, 3, 64, 64);
        var path = _folder.PathOf("two.onnx");
        await File.WriteAllBytesAsync(path, new OnnxFile(graph.Graph).ToBytes());
        return path;
    }

    private async Task<(int Code, string Output, string Error)> Int8Async(ModelPackage source, string profile)
    {
        var calibrated = await RunAsync(
            "calibrate", source.Directory, "--frames", _folder.PathOf("frames"), "--out", _folder.PathOf("a.ercal"));
        Assert.True(calibrated.Code == ExitCode.Done, calibrated.Error);
        return await RunAsync(
            "int8", source.Directory, "--calibration", _folder.PathOf("a.ercal"), "--images", "0", "--profile", profile,
            "--out",
            _folder.PathOf("out"));
    }

    private static byte[] Restore(ModelPackage package)
    {
        using var restorer = Restorer.Load(package, new RestorerOptions { Device = "cpu", Threads = 1 });
        using var frame = TestFolder.DrawScene(9, 96, 80);
        using var restored = Frame.Rent(96, 80, PixelFormat.Rgb24);
        var router = restorer.CreateRouter(new RoutingOptions { FixedRoute = Degradation.Noise });
        Assert.Equal(RestoreError.None, restorer.Restore(frame, restored, router, 1, CancellationToken.None).Error);
        return restored.Pixels.ToArray();
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(
            arguments, TextWriter.Synchronized(output), TextWriter.Synchronized(error));
        return (code, output.ToString(), error.ToString());
    }
}
