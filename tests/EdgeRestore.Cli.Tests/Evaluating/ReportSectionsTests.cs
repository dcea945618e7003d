using System.Text.Json;
using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Tests.Evaluating;

/// <summary>What a report says beside its main table.</summary>
public sealed class ReportSectionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Verdict_CasesNotFarEnoughAhead_AreNamedWithTheirFigure()
    {
        BaselineSummary[] cases =
        [
            new("clear", "identity", 60, 60, 60, 1),
            new("noise25", "non-local means", 20, 27, 29, 0.8),
            new("blur", "Richardson-Lucy", 22, 21, 22.57, 0.6),
        ];

        Assert.Equal(
            "At least 1 dB ahead of both in 1 of 2 degraded cases; missed: blur (+0.57).",
            BaselineSummary.Verdict(cases));
        Assert.Equal(
            "At least 1 dB ahead of both in 1 of 1 degraded cases.", BaselineSummary.Verdict(cases[..2]));
    }

    [Fact]
    public void Of_TwoGenerators_SaysWhatIsLeftOfGainAndRouting()
    {
        var first = EvaluationSummary.Of(
        [
            Frame("haze", Degradation.Haze, Degradation.Haze, 10, 20),
            Frame("noise25", Degradation.Noise, Degradation.Noise, 20, 28),
        ]);
        var second = EvaluationSummary.Of(
        [
            Frame("haze", Degradation.Haze, Degradation.Clear, 12, 16),
            Frame("noise25", Degradation.Noise, Degradation.Noise, 20, 28),
        ]);

        var comparison = GeneratorComparison.Of(first, second);

        Assert.Equal([0.4, 1.0], comparison.Cases.Select(row => row.GainKept!.Value));
        Assert.Equal(
            "Under eval-v2 at least half of the gain is left in 1 of 2 cases (not of haze); routing is right for 50.0 "
            + "%, 50 % of what it was (wanted: 90 %).",
            comparison.Verdict());
    }

    [Fact]
    public void Find_VideoOfTheSamePackage_IsTakenIntoTheReport()
    {
        var output = OutputFolder.Open(_folder);
        var sequence = new TemporalSummary
        {
            Sequence = "pan",
            Case = "rain",
            FrameCount = 8,
            PsnrIn = 24,
            PsnrOut = 30,
            WarpingErrorClean = 0,
            WarpingErrorIn = 0.0075,
            WarpingErrorOut = 0.0012,
            FlowValidShare = 1,
            Flicker = 4.5,
            JumpsIn = 0.1,
            JumpsOut = 0.2,
            RouteSwitchCount = 0,
            MainRoute = "rain",
        };
        output.Write(VideoEvaluationReport.JsonName, JsonSerializer.SerializeToUtf8Bytes(
            new { title = "pans", convention = "RGB", packageSha256 = "ab", sequences = new[] { sequence } },
            Screen.JsonOptions));

        Assert.Null(VideoSection.Find(output, "cd"));
        var found = VideoSection.Find(output, "ab")!;
        Assert.Equal("pans", found.Title);
        Assert.Equal(sequence, Assert.Single(found.Sequences));

        output.Write(VideoEvaluationReport.JsonName, "{}"u8.ToArray());
        Assert.Throws<EdgeRestoreException>(() => VideoSection.Find(output, "ab"));
    }

    private static ScoredFrame Frame(string name, Degradation given, Degradation route, double before, double after) =>
        new(
        "photograph", name, given, route, 0.9f, false, new Quality(before, 0.5), new Quality(after, 0.8), 10);
}
