using System.Text.Json;
using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Pairs;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Evaluating;

/// <summary>
/// What evaluate measures on pairs and on own photographs, with a package whose routes add known levels.
/// </summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EvaluateCommandTests() => new TestPackage().Write(Path.Combine(_folder.Path, "package"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pairs_OfABenchmark_AreMeasuredWithTheirConventionPrinted()
    {
        for (var index = 0; index < 3; index++)
        {
            // Adding the levels of its own route gives the target.
            using var input = Paint(40, 40, Degradation.Rain, 0);
            using var target = Paint(40, 40, Degradation.Rain, TestPackage.LevelsOf(Degradation.Rain));
            ImageCodec.Save(input, _folder.File("Rain100L", "input", $"{index}.png"));
            ImageCodec.Save(target, _folder.File("Rain100L", "target", $"{index}.png"));
        }

        var outcome = await Run(
            "--protocol", "rain100l", "--folder", Path.Combine(_folder.Path, "Rain100L"), "--wrong-routes", "1");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("rain100l over '", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("multiples of 16 (AirNet, PromptIR, DFPIR)", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Change of PSNR in dB by every route", outcome.Output, StringComparison.Ordinal);

        // Equal images: 60 dB, the cap.
        var row = outcome.Output.Split('\n').Single(line => line.StartsWith("rain ", StringComparison.Ordinal));
        Assert.Contains("3/3", row, StringComparison.Ordinal);
        Assert.Contains("60.00", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Own_WithOut_WritesBestMedianAndWorstOfEachCase()
    {
        for (var index = 0; index < 3; index++)
        {
            using var picture = Paint(64 + (16 * index), 64, Degradation.Clear, 0);
            ImageCodec.Save(picture, _folder.File("own", $"{index}.png"));
        }

        var outcome = await Run(
            "--folder", Path.Combine(_folder.Path, "own"), "--rows", "noise25,haze",
            "--real", Path.Combine(_folder.Path, "own"), "--out", Path.Combine(_folder.Path, "out"));

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(
            "Photographs that came degraded: NIQE over all of them", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(
            "2.png: clear, confidence",
            await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", "evaluation.html")),
            StringComparison.Ordinal);
        Assert.Contains("Convention: RGB, 8 bit in and out", outcome.Output, StringComparison.Ordinal);
        using var sheet = ImageCodec.Load(Path.Combine(_folder.Path, "out", "best-median-worst.png"));
        Assert.True(sheet.Width > 6 * 160 && sheet.Height > 2 * 160, $"{sheet.Width}x{sheet.Height}");
        using var json = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", "evaluation.json")));
        Assert.StartsWith(
            "RGB, 8 bit", json.RootElement.GetProperty("convention").GetString(), StringComparison.Ordinal);
        Assert.Equal(6, json.RootElement.GetProperty("frames").GetArrayLength());
        Assert.StartsWith(
            "./edgerestore evaluate --folder ", json.RootElement.GetProperty("command").GetString(),
            StringComparison.Ordinal);
        Assert.NotEmpty(json.RootElement.GetProperty("machine").GetProperty("processor").GetString()!);
    }

    [Fact]
    public async Task Own_WithOut_WritesAPageThatNeedsNothingBesideIt()
    {
        for (var index = 0; index < 4; index++)
        {
            using var picture = Paint(80, 64, Degradation.Clear, 10 * index);
            ImageCodec.Save(picture, _folder.File("own", $"<{index}>.png"));
        }

        var outcome = await Run(
            "--folder", Path.Combine(_folder.Path, "own"), "--rows", "noise25,haze", "--wrong-routes", "1",
            "--out", Path.Combine(_folder.Path, "out"));

        Assert.Equal(0, outcome.ExitCode);
        var page = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", "evaluation.html"));

        // Well-formed but for what HTML leaves open; names are text, not markup.
        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..].Replace(
            "</html>", "", StringComparison.Ordinal);
        body = System.Text.RegularExpressions.Regex.Replace(body, "(<img [^>]*)>", "$1/>");
        var document = System.Xml.Linq.XDocument.Parse(body);
        Assert.Contains("&lt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Replace("https://", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);

        // Two cases, three frames each, three pictures each, every one a JPEG.
        var pictures = document.Descendants("img").Select(image => (string)image.Attribute("src")!).ToList();
        Assert.Equal(2 * 3 * 3, pictures.Count);
        Assert.All(pictures, source => Assert.Equal(
            ImageFileFormat.Jpeg, ImageCodec.Sniff(Convert.FromBase64String(source.Split(',')[1]))));
        Assert.Equal(14, document.Descendants("table").Single(table => (string?)table.Attribute("id") == "confusion")
            .Elements("tr").Count());
        Assert.Equal(2, document.Descendants("svg").Single(svg => (string?)svg.Attribute("id") == "gains")
            .Elements("polyline").Count());
        Assert.Contains("columns were forced", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protocol_OfPairsWithoutFolder_IsAWrongCommandLine()
    {
        var outcome = await Run("--protocol", "gopro");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("Name it with --folder.", outcome.Error, StringComparison.Ordinal);
    }

    [OpenCvFact]
    public async Task Baselines_AreMeasuredOverTheSameFrames()
    {
        using var picture = Paint(96, 96, Degradation.Clear, 0);
        ImageCodec.Save(picture, _folder.File("own", "a.png"));

        var outcome = await Run("--folder", Path.Combine(_folder.Path, "own"), "--baselines", "--json");

        Assert.Equal(0, outcome.ExitCode);
        using var json = JsonDocument.Parse(outcome.Output);
        var rows = json.RootElement.GetProperty("baselines").EnumerateArray().ToList();
        Assert.Equal(EvalRow.All.Length, rows.Count);
        var noise = rows.Single(row => row.GetProperty("case").GetString() == "noise25");
        Assert.Equal("non-local means", noise.GetProperty("method").GetString());
        Assert.True(
            noise.GetProperty("baselinePsnr").GetDouble() > noise.GetProperty("identityPsnr").GetDouble() + 3,
            noise.ToString());
        Assert.Equal(60, rows.Single(row => row.GetProperty("case").GetString() == "clear")
            .GetProperty("baselinePsnr").GetDouble());
    }

    [Fact]
    public void Baselines_EveryDegradation_HasAMethodInTheScript()
    {
        var script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Evaluating", "baselines.py"));

        Assert.All(DegradationNames.All, degradation =>
        {
            Assert.Contains($"\"{degradation.ToName()}\": [", script, StringComparison.Ordinal);
            Assert.NotEmpty(Baselines.MethodOf(degradation));
        });
    }

    [Fact]
    public void Enumerate_NoiseBenchmark_GivesEachImageAtThreeLevels()
    {
        using var picture = Paint(50, 35, Degradation.Clear, 0);
        ImageCodec.Save(picture, _folder.File("CBSD68", "a.png"));
        ImageCodec.Save(picture, _folder.File("CBSD68", "b.png"));
        var layout = PairLayout.Find("bsd-wed")!;
        var folder = Path.Combine(_folder.Path, "CBSD68");
        var pairs = layout.Find(folder, null);

        var cases = PairCases.Enumerate(layout, folder, pairs)
            .Select(given => (given.Photograph.Name, given.Row.Name, given.Clean.Width, given.Clean.Height)).ToList();

        Assert.Equal(PairCases.Count(pairs), cases.Count);
        Assert.Equal(["noise15", "noise25", "noise50"], cases.Select(one => one.Item2).Distinct());
        Assert.All(cases, one => Assert.Equal((48, 32), (one.Width, one.Height)));
    }

    private Task<Shell.Outcome> Run(params string[] arguments) => Terminal.RunAsync(
        ["evaluate", .. arguments, "--package", Path.Combine(_folder.Path, "package"), "--device", "cpu"]);

    private static Frame Paint(int width, int height, Degradation degradation, int brighter)
    {
        var frame = TestFrames.Create(width, height, degradation, isCertain: true, blue: 90);
        foreach (ref var value in frame.Pixels)
        {
            value = (byte)Math.Min(255, value + brighter);
        }

        return frame;
    }
}
