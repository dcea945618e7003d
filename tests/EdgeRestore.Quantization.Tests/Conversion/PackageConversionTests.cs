using EdgeRestore.Degradations;
using EdgeRestore.Inference;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Conversion;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Tests.Search;
using EdgeRestore.Quantization.Verification;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests.Conversion;

public sealed class PackageConversionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("edgerestore-quantization-").FullName;

    [Fact]
    public async Task Fp16_TestPackage_ServesTheSameAndIsTheSameOnEveryRun()
    {
        var source = TestPackage.Of(new TestNetwork.Slow(3)).Write(Path.Combine(folder, "source"));
        var before = FilesOf(source.Directory);

        var first = await RunAsync("fp16", source.Directory, "--out", Path.Combine(folder, "one"), "--images", "0");
        var second = await RunAsync("fp16", source.Directory, "--out", Path.Combine(folder, "two"), "--images", "0");

        Assert.Equal((ExitCode.Done, ""), (first.Code, first.Error));
        Assert.Equal(ExitCode.Done, second.Code);
        Assert.Equal(FilesOf(Path.Combine(folder, "one")), FilesOf(Path.Combine(folder, "two")));
        Assert.Equal(before, FilesOf(source.Directory));
        var converted = ModelPackage.Open(Path.Combine(folder, "one"));
        Assert.All(converted.Manifest.Routes, route => Assert.Equal("fp16", route.Precision));
        Assert.Equal("1.0.0+fp16", converted.Manifest.Version);
        using var restorer = Restorer.Load(converted, new RestorerOptions { Device = "cpu", Threads = 1 });
        Assert.NotEmpty(restorer.Providers);
    }

    [Fact]
    public async Task Fp16_ConvertedPackage_IsRefused()
    {
        var source = TestPackage.Of(new TestNetwork.Slow(3)).Write(Path.Combine(folder, "source"));
        await RunAsync("fp16", source.Directory, "--out", Path.Combine(folder, "half"), "--images", "0");

        var again = await RunAsync(
            "fp16", Path.Combine(folder, "half"), "--out", Path.Combine(folder, "again"), "--images", "0");

        Assert.Equal(ExitCode.CannotRun, again.Code);
        Assert.Contains("is converted already: found route", again.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "again")));
    }

    [Fact]
    public async Task Fp16_RouteWithoutConvolutions_IsRefusedAndNothingWritten()
    {
        var source = TestPackage.Of(new TestNetwork.Add(4)).Write(Path.Combine(folder, "source"));

        var result = await RunAsync("fp16", source.Directory, "--out", Path.Combine(folder, "out"), "--images", "0");

        Assert.Equal(ExitCode.CannotRun, result.Code);
        Assert.Contains("has nothing to quantize", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "out")));
    }

    [Fact]
    public async Task Fp16_NoPhotographs_SaysWhatToDo()
    {
        var source = TestPackage.Of(new TestNetwork.Slow(3)).Write(Path.Combine(folder, "source"));

        var result = await RunAsync(
            "fp16", source.Directory, "--out", Path.Combine(folder, "out"), "--photographs",
            Path.Combine(folder, "none"));

        Assert.Equal(ExitCode.CannotRun, result.Code);
        Assert.Contains("photographs fetch held-out", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--images", "25", "Allowed: 0 to 24")]
    [InlineData("--max-drop", "-1", "Allowed: 0 to 60")]
    public async Task Fp16_OptionOutOfRange_EndsWith2(string option, string value, string expected)
    {
        var result = await RunAsync("fp16", "p", "--out", "q", option, value);

        Assert.Equal(ExitCode.WrongCommandLine, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TwelveEqualRoutes_SharesTheirWeights()
    {
        var source = TestPackage.Of(new TestNetwork.Slow(3)).Write(Path.Combine(folder, "source"));
        var conversion = PackageConversion.Of(source);

        var written = conversion.Write(
            Path.Combine(folder, "out"),
            conversion.Graphs.ToDictionary(graph => graph.Key, graph => (HalfGraph.Build(graph.Value), "fp16")),
            "fp16",
            replace: false);

        // Twelve routes of one network: its weights once, in half the bytes.
        var before = source.Manifest.Files.Single(file => file.Path == "weights.bin").LengthBytes;
        Assert.InRange(
            written.Manifest.Files.Single(file => file.Path == "weights.bin").LengthBytes, 1, (before / 2) + 128);
        Assert.Equal(DegradationNames.Count - 1, written.Manifest.Routes.Length);
    }

    [Fact]
    public async Task Int8_PackageByItself_StoresWhatStaysInFloatingPointInHalfTheBytes()
    {
        // Below it an operator that widens takes more than it saves.
        const int LeastBytes = 256;
        using var frames = new TestFolder();
        for (var seed = 0; seed < 4; seed++)
        {
            frames.SaveScene($"clear/{seed}.png", seed);
        }

        var source = TinyNetwork.WritePackage(Path.Combine(folder, "source"));
        var calibration = Path.Combine(folder, "a.ercal");
        await RunAsync("calibrate", source.Directory, "--frames", frames.PathOf(""), "--out", calibration);

        var (code, output, error) = await RunAsync(
            "int8", source.Directory, "--calibration", calibration, "--images", "0", "--out",
            Path.Combine(folder, "int8"));

        Assert.True(code == ExitCode.Done, output + error);
        var written = OnnxFile.Read(ModelPackage.Open(Path.Combine(folder, "int8")).GetPath("noise.onnx"));
        var links = new GraphLinks(written.Graph);
        Assert.DoesNotContain(
            written.Graph.Initializers,
            tensor => tensor.Type == ElementType.Float && tensor.Data.Length / PartsOf(tensor.Name) >= LeastBytes);
        Assert.Equal(4, FusionReport.Of(written).Fused);

        // Short vectors stand together.
        int PartsOf(string tensor) => links.Consumers(tensor)
            .Where(node => node.Is("Split")).Select(node => node.Outputs.Length).FirstOrDefault(1);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static IReadOnlyDictionary<string, string> FilesOf(string directory) => Directory.EnumerateFiles(directory)
        .ToDictionary(
            path => Path.GetFileName(path),
            path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
}
