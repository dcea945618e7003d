using EdgeRestore.Degradations;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Selection;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests.Selection;

public sealed class FrameSelectionTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ModelPackage _package;

    public FrameSelectionTests() => _package = new TestPackage().Write(_folder.PathOf("package"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Choose_FoldersNamedLikeDegradations_SortsByThem()
    {
        for (var seed = 0; seed < 3; seed++)
        {
            _folder.SaveScene($"frames/noise/{seed}.png", seed);
            _folder.SaveScene($"frames/low-light_rain/{seed}.png", 10 + seed);
        }

        var set = Choose(Degradation.Noise, Degradation.LowLightRain);

        Assert.Equal(3, set.ByGraph["noise.onnx"].Count);
        Assert.All(
            set.ByGraph["noise.onnx"], frame => Assert.StartsWith("noise/", frame.Name, StringComparison.Ordinal));
        Assert.Equal(3, set.ByGraph["low-light_rain.onnx"].Count);
    }

    [Fact]
    public void Choose_FramesOfNoFolder_SortsByThePackagesClassifier()
    {
        _folder.SaveScene("frames/a.png", 1, Degradation.Snow);
        _folder.SaveScene("frames/b.png", 2, Degradation.Rain);

        var set = Choose(Degradation.Snow, Degradation.Rain);

        Assert.Equal("a.png", Assert.Single(set.ByGraph["snow.onnx"]).Name);
        Assert.Equal("b.png", Assert.Single(set.ByGraph["rain.onnx"]).Name);
    }

    [Fact]
    public void Choose_CleanPhotographs_DegradesThemForEveryRouteAndKeepsAQuarterForJudging()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            _folder.SaveScene($"frames/clear/{seed}.png", seed);
        }

        var set = new FrameSelection(_package, new()).Choose(_folder.PathOf("frames"));

        Assert.Equal(12, set.ByGraph.Count);
        Assert.All(
            set.ByGraph, graph => Assert.Equal(6, graph.Value.Count(frame => frame.Degradation != Degradation.Clear)));
        Assert.Equal(24, set.Judged.Count(frame => frame.Degradation != Degradation.Clear));
        var judged = set.Judged.Select(frame => frame.Name).ToHashSet();
        Assert.DoesNotContain(set.ByGraph.Values.SelectMany(frames => frames), frame => judged.Contains(frame.Name));
        Assert.All(
            set.Judged, frame => Assert.Equal(frame.Degradation != Degradation.Clear, frame.LoadClean is not null));
        var again = new FrameSelection(_package, new()).Choose(_folder.PathOf("frames"));
        Assert.Equal(
            set.ByGraph["haze.onnx"].Select(frame => frame.Sha256),
            again.ByGraph["haze.onnx"].Select(frame => frame.Sha256));
    }

    // Whoever fixes a route sends it whatever comes; a network that was calibrated with dark frames alone would clip
    // them.
    [Fact]
    public void Choose_CleanPhotographs_GivesEveryRouteSomeAsTheyAreAndJudgesOnOthers()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            _folder.SaveScene($"frames/clear/{seed}.png", seed);
        }

        var set = new FrameSelection(_package, new() { FramesPerRoute = 4 }).Choose(_folder.PathOf("frames"));

        Assert.All(
            set.ByGraph.Values,
            frames => Assert.Single(frames, frame => frame.Degradation == Degradation.Clear));
        foreach (var route in _package.Manifest.Routes)
        {
            var clear = JudgedFrame.Of(set.Judged, _package.Manifest, route.File)
                .Where(frame => frame.Degradation == Degradation.Clear).ToList();
            Assert.Equal(2, clear.Count);
            Assert.All(clear, frame => Assert.Equal(route.Degradation, frame.Route));
        }
    }

    [Fact]
    public void Choose_MoreFramesThanWanted_TakesTheSameNumberForEachRoute()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            _folder.SaveScene($"frames/noise/{seed:D2}.png", seed);
        }

        _folder.SaveScene("frames/rain/0.png", 100);

        var set = new FrameSelection(_package, new()
        {
            FramesPerRoute = 4,
            Routes = Set(Degradation.Noise, Degradation.Rain),
        })
            .Choose(_folder.PathOf("frames"));

        Assert.Equal(4, set.ByGraph["noise.onnx"].Count);
        Assert.Single(set.ByGraph["rain.onnx"]);
    }

    [Fact]
    public void Choose_NearlyTheSameFrames_TakesOne()
    {
        _folder.SaveScene("frames/noise/1.png", 1);
        _folder.SaveScene("frames/noise/2.png", 1, grain: 3);
        _folder.SaveScene("frames/noise/3.png", 2);

        var set = Choose(Degradation.Noise);

        Assert.Equal(2, set.ByGraph["noise.onnx"].Count);
        Assert.Contains(
            set.Remarks, remark => remark.Contains("nearly the same as noise/1.png", StringComparison.Ordinal));
    }

    [Fact]
    public void Choose_NoFramesAtAll_SaysWhatIsLookedFor()
    {
        Directory.CreateDirectory(_folder.PathOf("frames"));

        Assert.Contains(".png", Fails(Degradation.Noise), StringComparison.Ordinal);
        Assert.Contains("no folder", Assert.Throws<CalibrationException>(
            () =>
                new FrameSelection(_package, new())
                    .Choose(_folder.PathOf("nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_OneDegradationOnly_NamesTheRoutesThatHaveNone()
    {
        _folder.SaveScene("frames/noise/1.png", 1);

        var error = Assert.Throws<CalibrationException>(
            () => new FrameSelection(_package, new()).Choose(_folder.PathOf("frames")));

        Assert.Contains("found 1 of noise, none for rain, haze", error.Message, StringComparison.Ordinal);
        Assert.Contains("--routes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_FramesTooSmall_LeavesThemOutAndSaysSo()
    {
        _folder.SaveScene("frames/noise/1.png", 1, width: 63, height: 200);

        Assert.Contains("63x200 is too small", Fails(Degradation.Noise), StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_ConstantFrames_LeavesThemOutAndSaysSo()
    {
        _folder.SaveConstant("frames/noise/1.png", 64, 64);

        Assert.Contains("one colour", Fails(Degradation.Noise), StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_FileThatIsNoImage_LeavesItOutAndSaysSo()
    {
        _folder.SaveScene("frames/noise/1.png", 1);
        File.WriteAllText(_folder.PathOf("frames/noise/2.png"), "no image");

        var set = Choose(Degradation.Noise);

        Assert.Contains(set.Remarks, remark => remark.StartsWith("noise/2.png: left out", StringComparison.Ordinal));
    }

    private static HashSet<Degradation> Set(params Degradation[] routes) => [.. routes];

    private string Fails(params Degradation[] routes) =>
        Assert.Throws<CalibrationException>(() => Choose(routes)).Message;

    private FrameSet Choose(params Degradation[] routes) =>
        new FrameSelection(_package, new() { Routes = Set(routes) }).Choose(_folder.PathOf("frames"));
}
