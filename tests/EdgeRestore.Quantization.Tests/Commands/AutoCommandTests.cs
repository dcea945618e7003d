using System.Text.Json;
using EdgeRestore.Degradations;
using EdgeRestore.Inference;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Tests.Search;

namespace EdgeRestore.Quantization.Tests.Commands;

/// <summary>The command line from a package and a folder of frames to a package and a report.</summary>
public sealed class AutoCommandTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ModelPackage _source;

    public AutoCommandTests()
    {
        _source = TinyNetwork.WritePackage(_folder.PathOf("source"));
        for (var seed = 0; seed < 8; seed++)
        {
            _folder.SaveScene($"frames/clear/{seed}.png", seed);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Auto_CleanPhotographs_WritesAPackageThatRunsAndAReport()
    {
        var (code, output, _) = await RunAsync(Auto("orin-nx", "--max-drop", "10"));

        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith(
            "Ship it: 2 of 2 networks gain, with their speed still to be measured", output, StringComparison.Ordinal);
        var package = ModelPackage.Open(_folder.PathOf("out"));
        Assert.Equal(
            ["fp16 cuda", "int8 tensorrt"],
            package.Manifest.Routes[0].Variants!.Value.Select(variant => $"{variant.Precision} {variant.Provider}"));
        Assert.Equal(_source.Sha256, ModelPackage.Open(_source.Directory).Sha256);
        using var restorer = Restorer.Load(package, new RestorerOptions { Device = "cpu" });
        var page = await File.ReadAllTextAsync(_folder.PathOf("out.report/report.html"));
        Assert.Contains("Ship it: 2 of 2", page, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_ForTheCpu_DecidesByMeasuredSpeedAndRunsAgainFromWhatIsKept()
    {
        var (code, output, _) = await RunAsync(Auto("cpu", "--max-drop", "10"));
        var outcome = PackageOutcome.Load(_folder.PathOf("out.report/quantization.json"));
        var route = Assert.Single(outcome.Routes);
        Assert.NotNull(route.Speedup);
        Assert.Equal(route.Speedup >= 1 ? ExitCode.Done : ExitCode.PartFailed, code);
        Assert.StartsWith(route.Speedup >= 1 ? "Ship it" : "Do not ship it", output, StringComparison.Ordinal);

        var (_, _, error) = await RunAsync([.. Auto("cpu", "--max-drop", "10"), "--replace"]);

        Assert.DoesNotContain("sensitivity of", error, StringComparison.Ordinal);
        Assert.DoesNotContain("ranges", error, StringComparison.Ordinal);
        Assert.Equal(
            route.Ms, PackageOutcome.Load(_folder.PathOf("out.report/quantization.json")).Routes[0].Ms);
    }

    [Fact]
    public async Task Auto_PackageWithForms_MakesThemAnew()
    {
        await RunAsync(Auto("orin-nx", "--max-drop", "10"));
        var first = ModelPackage.Open(_folder.PathOf("out"));

        await RunAsync(
        [
            "auto", first.Directory, "--frames", _folder.PathOf("frames"), "--out", _folder.PathOf("again"), "--for",
            "x64-cuda",
            "--max-drop", "10",
        ]);

        var second = ModelPackage.Open(_folder.PathOf("again"));
        Assert.Equal(["cpu", "cuda", "tensorrt"], first.Manifest.Routes.Concat(second.Manifest.Routes)
            .SelectMany(route => route.Variants ?? []).Select(variant => variant.Provider)
            .Append("cpu").Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(second.Manifest.Files, file => file.Path.Contains("tensorrt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Auto_PackageThatIsQuantisedAlready_IsRefusedAndLeftAlone()
    {
        await RunAsync(["fp16", _source.Directory, "--out", _folder.PathOf("out"), "--images", "0"]);
        var before = ModelPackage.Open(_folder.PathOf("out")).Sha256;

        var (code, _, error) = await RunAsync(
            ["auto", _folder.PathOf("out"), "--frames", _folder.PathOf("frames"), "--out", _folder.PathOf("again")]);

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("is quantised already", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("again")));
        Assert.Equal(before, ModelPackage.Open(_folder.PathOf("out")).Sha256);
    }

    [Fact]
    public async Task Auto_OutputIsThere_IsRefusedUnlessAskedToReplace()
    {
        Directory.CreateDirectory(_folder.PathOf("out"));
        await File.WriteAllTextAsync(_folder.PathOf("out/mine.txt"), "mine");

        var (code, _, error) = await RunAsync(Auto("orin-nx", "--max-drop", "10"));

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("out", error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder.PathOf("out/mine.txt")));
    }

    [Fact]
    public async Task CalibrateThenMixed_OfAnotherPackage_IsRefused()
    {
        Assert.Equal(ExitCode.Done, (await RunAsync(
        [
            "calibrate", _source.Directory, "--frames", _folder.PathOf("frames"), "--out", _folder.PathOf("a.ercal"),
        ])).Code);
        var other = new TestPackages.TestPackage
        {
            Routes = new TestPackages.TestPackage().Routes.Clear()
                .Add(Degradation.Noise, new TestPackages.TestNetwork.Slow(3)),
        }.Write(_folder.PathOf("other"));

        var (code, _, error) = await RunAsync(
        [
            "mixed", other.Directory, "--calibration", _folder.PathOf("a.ercal"), "--frames", _folder.PathOf("frames"),
            "--out", _folder.PathOf("out"),
        ]);

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("Ranges of another package would be wrong", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calibrate_ThenInspectAndMerge_SaysWhatIsInTheFiles()
    {
        foreach (var name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(_folder.PathOf($"{name}/clear"));
            File.Copy(_folder.PathOf($"frames/clear/{(name == "a" ? 1 : 2)}.png"), _folder.PathOf(
                $"{name}/clear/0{name}.png"));
            Assert.Equal(ExitCode.Done, (await RunAsync(
            [
                "calibrate", _source.Directory, "--frames", _folder.PathOf(name), "--out",
                _folder.PathOf($"{name}.ercal"),
            ])).Code);
        }

        var merged = await RunAsync(
        [
            "calibration", "merge", _folder.PathOf("a.ercal"), _folder.PathOf("b.ercal"), "--out",
            _folder.PathOf("c.ercal"),
        ]);
        var (code, output, _) = await RunAsync(["calibration", "inspect", _folder.PathOf("c.ercal")]);

        Assert.Equal(ExitCode.Done, merged.Code);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("2 frames: 2 noise", output, StringComparison.Ordinal);
        Assert.Contains("entropy", output, StringComparison.Ordinal);
        Assert.Equal(2, CalibrationFile.Load(_folder.PathOf("c.ercal")).Frames.Length);
    }

    [Fact]
    public async Task Plan_AnyDevice_TellsAndChangesNothing()
    {
        var files = Directory.GetFiles(_source.Directory).ToDictionary(path => path, File.GetLastWriteTimeUtc);

        var (code, output, _) = await RunAsync(["plan", _source.Directory, "--for", "agx-orin", "--json"]);

        Assert.Equal(ExitCode.Done, code);
        using var document = JsonDocument.Parse(output);
        var graph = document.RootElement.GetProperty("graphs")[0];
        Assert.Equal(6, graph.GetProperty("convolutionCount").GetInt32());
        Assert.Equal(4, graph.GetProperty("quantizableCount").GetInt32());
        Assert.Equal("tensorrt", document.RootElement.GetProperty("forms")[1].GetProperty("provider").GetString());
        Assert.Equal(files, Directory.GetFiles(_source.Directory).ToDictionary(path => path, File.GetLastWriteTimeUtc));
    }

    [Fact]
    public async Task Calibrate_VideoWithoutFfmpeg_SaysWhatToInstallOrWhatIsWrongWithIt()
    {
        await File.WriteAllTextAsync(_folder.PathOf("clip.mp4"), "no video");

        var (code, _, error) = await RunAsync(["calibrate", _source.Directory, "--frames", _folder.PathOf("clip.mp4")]);

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("ffmpeg", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--memory", "much", "Allowed: a size such as 512M")]
    [InlineData("--routes", "fog", "--routes names 'fog'")]
    [InlineData("--per-route", "0", "Allowed: 1 or more")]
    public async Task Calibrate_WrongOption_EndsWith2(string option, string value, string expected)
    {
        var (code, _, error) = await RunAsync(["calibrate", _source.Directory, "--frames", "x", option, value]);

        Assert.Equal(ExitCode.WrongCommandLine, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, TextWriter.Synchronized(error));
        return (code, output.ToString(), error.ToString());
    }

    private string[] Auto(string device, params string[] more) =>
    [
        "auto", _source.Directory, "--frames", _folder.PathOf("frames"), "--for", device, "--out",
        _folder.PathOf("out"),
        "--threads", "1", .. more,
    ];
}
