using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Tests.Documents;

/// <summary>
/// Figures in documents are those of the committed evaluations, and these are of the package that is committed beside
/// them. A new package, or a document by hand, fails here with the lines as they should be.
/// </summary>
public sealed class MeasuredFiguresTests
{
    private const string Package = "deploy/models/edgerestore-default";

    private static readonly Dictionary<string, string> ReadmeNames = new()
    {
        ["noise15"] = "noise σ15",
        ["noise25"] = "noise σ25",
        ["noise50"] = "noise σ50",
        ["low-light"] = "low light",
    };

    [Theory]
    [InlineData("eval-v1")]
    [InlineData("eval-v2")]
    public void Evaluation_IsOfTheCommittedPackage_AndSaysWhereItComesFrom(string protocol)
    {
        var evaluation = Read(protocol);
        var manifest = File.ReadAllBytes(Path.Combine(Repository.Root, Package, "manifest.json"));

        Assert.Equal(protocol, evaluation.GetProperty("protocol").GetString());
        Assert.True(
            Convert.ToHexStringLower(SHA256.HashData(manifest)) == evaluation.GetProperty("packageSha256").GetString(),
            $"{Package} is not the package of {PathOf(protocol)}. Measure it: ./edgerestore evaluate --protocol "
                + $"{protocol} --out FOLDER, put its evaluation.json there, and the figures into README.md and docs.");
        Assert.StartsWith(
            "./edgerestore evaluate ", evaluation.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(evaluation.GetProperty("machine").GetProperty("processor").GetString()!);
        Assert.Equal(EvalRow.All.Select(row => row.Name), Cases(evaluation).Select(NameOf));
        Assert.All(Cases(evaluation), row => Assert.Equal(24, row.GetProperty("frameCount").GetInt32()));
    }

    [Fact]
    public void Readme_TableAndVerdict_AreThoseOfEvalV1()
    {
        var evaluation = Read("eval-v1");
        var table = Cases(evaluation).Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"| {ReadmeNames.GetValueOrDefault(NameOf(row), NameOf(row))} | "
            + $"{row.GetProperty("rightRouteCount").GetInt32()} of "
            + $"{row.GetProperty("frameCount").GetInt32()} | {Figure(row, "before", "psnr"):F2} → "
            + $"{Figure(row, "after", "psnr"):F2} | {Figure(row, "before", "ssim"):F3} → "
            + $"{Figure(row, "after", "ssim"):F3} |")).ToList();
        var harm = evaluation.GetProperty("harm");
        var meanChange = harm.GetProperty("meanPsnrChange").GetDouble();
        var readme = Document("README.md");

        RequireIn(readme, string.Join('\n', table.Prepend("|---|---|---|---|")) + "\n\n");
        RequireIn(Words(readme), string.Create(
            CultureInfo.InvariantCulture,
            $"Routing is right for {evaluation.GetProperty("routingAccuracy").GetDouble() * 100:F1} % of the frames."));
        RequireIn(Words(readme), string.Create(
            CultureInfo.InvariantCulture,
            $"The {harm.GetProperty("frameCount").GetInt32()} frames that were misrouted, or passed through although "
            + $"degraded, {(meanChange < 0 ? "lost" : "gained")} {Math.Abs(meanChange):F1} dB on average and "
            + $"lost {-harm.GetProperty("worstPsnrChange").GetDouble():F1} dB at worst"));
    }

    [Fact]
    public void Readme_GainsWhenToldTheDegradation_AreThoseOfTheManifest()
    {
        using var manifest = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(Repository.Root, Package, "manifest.json")));
        var gains = manifest.RootElement.GetProperty("routes").EnumerateArray().ToDictionary(
            route => route.GetProperty("degradation").GetString()!,
            route => route.GetProperty("quality").GetProperty("psnrOut").GetDouble()
                - route.GetProperty("quality").GetProperty("psnrIn").GetDouble());

        RequireIn(Words(Document("README.md")), string.Create(
            CultureInfo.InvariantCulture,
            $"give rain +{gains["rain"]:F1}, snow +{gains["snow"]:F1} and compression +{gains["compression"]:F1} dB"));
    }

    [Fact]
    public void Readme_Speeds_AreThoseOfTheCommittedResults()
    {
        var restored = Read("eval-v1").GetProperty("frames").EnumerateArray()
            .Where(frame => !frame.GetProperty("bypassed").GetBoolean())
            .Select(frame => frame.GetProperty("milliseconds").GetDouble()).Order().ToList();
        var median = (restored[(restored.Count - 1) / 2] + restored[restored.Count / 2]) / 2;
        var benchmark = File.ReadAllText(ResultsFile("Quantization.md"));
        var single = Figures(benchmark, @"^\| [a-z+-]+: FP32 / INT8 / FP16 \| (\d+) / \d+ / \d+ ms \|");
        var ratios = Figures(benchmark, @"^\| [a-z+-]+: INT8 times FP32's speed \| (\d\.\d\d) \(");
        string[] sentences =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"at 384×384 a restored frame took {median:F0} ms there (median) in 8 bits"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"At 640x360 subnetworks take {single.Min()} to {single.Max()} ms in FP32, and 8 bits are "
                + $"{ratios.Min():F2} to {ratios.Max():F2} times as fast."),
        ];
        var readme = Words(Document("README.md"));

        Assert.Contains("Frames of 640x360 RGB", benchmark, StringComparison.Ordinal);
        Assert.Equal((12, 12), (single.Count, ratios.Count));
        Assert.All(sentences, sentence => RequireIn(readme, sentence));

        // And none beside them, which would have no source.
        Assert.Equal(Speeds(string.Join(' ', sentences)), Speeds(readme));

        static List<double> Figures(string table, string row) =>
        [
            .. Regex.Matches(table, row, RegexOptions.Multiline)
                .Select(match => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)),
        ];

        static IEnumerable<string> Speeds(string text) =>
            Regex.Matches(text, @"[\d.,]+ (ms|milliseconds|s|fps|times as|frames (a|per) second)\b")
                .Select(match => match.Value);
    }

    [Fact]
    public void EvaluationPage_RowsOfTheSecondGenerator_AreThoseOfEvalV2()
    {
        var evaluation = Read("eval-v2");
        var page = Document("docs/evaluation.md");
        foreach (var row in Cases(evaluation))
        {
            RequireIn(page, string.Create(
                CultureInfo.InvariantCulture,
                $"| {NameOf(row)} | {row.GetProperty("rightRouteCount").GetInt32()} of 24 | "
                + $"{Figure(row, "before", "psnr"):F2} → "
                + $"{Figure(row, "after", "psnr"):F2} | {Kept(row)} |\n"));
        }

        RequireIn(Words(page), string.Create(
            CultureInfo.InvariantCulture,
            $"Routing is right for {evaluation.GetProperty("routingAccuracy").GetDouble() * 100:F1} % of the frames"));

        // Of the gain under the first generator, in percent.
        static string Kept(JsonElement row)
        {
            var first = Gain(Cases(Read("eval-v1")).Single(other => NameOf(other) == NameOf(row)));
            return first == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Gain(row) / first * 100:F0} %");
        }

        static double Gain(JsonElement row) => Figure(row, "after", "psnr") - Figure(row, "before", "psnr");
    }

    private static void RequireIn(string document, string words) => Assert.True(
        document.Contains(words, StringComparison.Ordinal),
        $"By the committed evaluation this should stand there:\n{words}");

    // Paragraphs are wrapped where it suits them.
    private static string Words(string document) => document.Replace('\n', ' ');

    private static string PathOf(string protocol) => ResultsFile($"{protocol}.json");

    private static string ResultsFile(string name) => Path.Combine(
        Repository.Root, "tests", "EdgeRestore.Benchmarks", "results", "amd-epyc-2-cores", name);

    private static JsonElement Read(string protocol)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(protocol)));
        return document.RootElement.Clone();
    }

    private static string Document(string name) => File.ReadAllText(Path.Combine(Repository.Root, name));

    private static IEnumerable<JsonElement> Cases(JsonElement evaluation) =>
        evaluation.GetProperty("cases").EnumerateArray();

    private static string NameOf(JsonElement row) => row.GetProperty("case").GetString()!;

    private static double Figure(JsonElement row, string when, string what) =>
        row.GetProperty(when).GetProperty(what).GetDouble();
}
