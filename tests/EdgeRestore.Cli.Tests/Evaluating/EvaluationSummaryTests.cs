using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Tests.Evaluating;

public sealed class EvaluationSummaryTests
{
    [Fact]
    public void Of_FramesOfTwoCases_GivesTheirMeansInOrderOfAppearance()
    {
        var summary = EvaluationSummary.Of(
        [
            Frame("noise-50", Degradation.Noise, Degradation.Noise, 14, 24),
            Frame("noise-50", Degradation.Noise, Degradation.Noise, 16, 28),
            Frame("haze", Degradation.Haze, Degradation.Haze, 12, 20),
        ]);

        Assert.Equal(["noise-50", "haze"], summary.Cases.Select(row => row.Case));
        Assert.Equal(15, summary.Cases[0].Before.Psnr);
        Assert.Equal(26, summary.Cases[0].After.Psnr);
        Assert.Equal(1, summary.RoutingAccuracy);
        Assert.Equal(0, summary.Harm.FrameCount);
    }

    [Fact]
    public void Of_MisroutedFrame_CountsAgainstAccuracyAndInTheConfusion()
    {
        var summary = EvaluationSummary.Of(
        [
            Frame("rain", Degradation.Rain, Degradation.Snow, 20, 18),
            Frame("rain", Degradation.Rain, Degradation.Rain, 20, 30),
            Frame("rain", Degradation.Rain, Degradation.Rain, 20, 30),
            Frame("clear", Degradation.Clear, Degradation.Clear, 60, 60, bypassed: true),
        ]);

        Assert.Equal(0.75, summary.RoutingAccuracy);
        Assert.Equal(1, summary.Confusion[(int)Degradation.Rain][(int)Degradation.Snow]);
        Assert.Equal(2, summary.Confusion[(int)Degradation.Rain][(int)Degradation.Rain]);
        Assert.Equal("rain", summary.Cases[0].MainRoute);
        Assert.Equal(2, summary.Cases[0].RightRouteCount);
        Assert.Equal(1, summary.Harm.FrameCount);
        Assert.Equal(-2, summary.Harm.MeanPsnrChange);
    }

    [Fact]
    public void Of_DegradedFrameThatPassedThrough_IsHarmOfZero_AndAClearOneIsNone()
    {
        var summary = EvaluationSummary.Of(
        [
            Frame("rain", Degradation.Rain, Degradation.Rain, 20, 20, bypassed: true),
            Frame("rain", Degradation.Rain, Degradation.Haze, 20, 17),
            Frame("clear", Degradation.Clear, Degradation.Clear, 60, 60, bypassed: true),
            Frame("clear", Degradation.Clear, Degradation.Noise, 60, 42),
        ]);

        Assert.Equal(3, summary.Harm.FrameCount);
        Assert.Equal((0 - 3 - 18) / 3.0, summary.Harm.MeanPsnrChange);
        Assert.Equal(-18, summary.Harm.WorstPsnrChange);
    }

    [Fact]
    public void Of_NoFrame_IsEmptyAndNotANumberNowhere()
    {
        var summary = EvaluationSummary.Of([]);

        Assert.Empty(summary.Cases);
        Assert.Equal(0, summary.RoutingAccuracy);
        Assert.Equal(0, summary.Harm.MeanPsnrChange);
    }

    private static ScoredFrame Frame(
        string name, Degradation given, Degradation route, double before, double after, bool bypassed = false) =>
        new("photograph", name, given, route, 0.9f, bypassed, new Quality(before, 0.5), new Quality(after, 0.6), 10);
}
