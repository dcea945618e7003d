using EdgeRestore.Degradations;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

/// <summary>The rule by which a form of a route is taken, from times that are given.</summary>
public sealed class TrialVerdictTests
{
    [Fact]
    public void Of_PairsAgree_GoesByTheirMedianWhateverThePackageRecords()
    {
        var faster = TrialVerdict.Of([(40, 30), (60, 40), (44, 40)], recorded: 0.9);
        var slower = TrialVerdict.Of([(30, 40), (40, 60), (40, 44)], recorded: 1.5);

        Assert.Equal((true, 4 / 3d), (faster.IsFaster, Assert.NotNull(faster.Speed)));
        Assert.Equal((false, 3 / 4d), (slower.IsFaster, Assert.NotNull(slower.Speed)));
        Assert.Equal("3 pairs of runs", faster.Basis);
    }

    [Fact]
    public void Of_OnePairIsSpoilt_TheOthersDecide()
    {
        // Something else ran while the form did in the second.
        var verdict = TrialVerdict.Of([(40, 36), (40, 400), (40, 36), (41, 36)], recorded: null);

        Assert.True(verdict.IsFaster);
        Assert.Equal(40 / 36d, Assert.NotNull(verdict.Speed), precision: 6);
    }

    [Theory]
    [InlineData(1.37, true)]
    [InlineData(0.86, false)]
    public void Of_PairsDisagree_GoesByThePackage(double recorded, bool isFaster)
    {
        // 1.21 and 3.51 times as fast, and slower, within a minute on a busy machine.
        var verdict = TrialVerdict.Of([(121, 100), (351, 100), (80, 100), (90, 100), (130, 100)], recorded);

        Assert.Equal((isFaster, recorded), (verdict.IsFaster, Assert.NotNull(verdict.Speed)));
        Assert.Equal("by the package, since 5 pairs of runs gave 0.80 to 3.51", verdict.Basis);
    }

    [Fact]
    public void Of_LeastTimesContradictThePairs_GoesByThePackage()
    {
        // The route's own graph was disturbed in every pair but the last.
        (double, double)[] pairs = [(60, 50), (60, 50), (60, 50), (40, 50)];

        Assert.False(TrialVerdict.Of(pairs, recorded: 0.9).IsFaster);
        Assert.Equal(
            (false, null), (TrialVerdict.Of(pairs, recorded: null).IsFaster, TrialVerdict.Of(pairs, null).Speed));
    }

    [Fact]
    public void Of_FewPairs_GoesByThePackageAndWithoutItsWordByThem()
    {
        (double, double)[] pairs = [(40, 30), (40, 30)];

        Assert.False(TrialVerdict.Of(pairs, recorded: 0.9).IsFaster);
        Assert.True(TrialVerdict.Of(pairs, recorded: null).IsFaster);
        Assert.Equal("by the package, since one pair of runs gave 0.80", TrialVerdict.Of([(4, 5)], 1.3).Basis);
    }

    [Fact]
    public void Of_NoPairs_GoesByThePackageAndWithoutItsWordKeepsTheRoutesOwn()
    {
        Assert.Equal((true, 1.2), (TrialVerdict.Of([], 1.2).IsFaster, Assert.NotNull(TrialVerdict.Of([], 1.2).Speed)));
        Assert.False(TrialVerdict.Of([], recorded: null).IsFaster);
        Assert.Equal("by the package, since no pair of runs fitted into the start", TrialVerdict.Of([], 1.2).Basis);
    }

    [Fact]
    public void IsClear_OnePairContradicts_IsFalse()
    {
        Assert.True(TrialVerdict.IsClear([(40, 30), (41, 30), (42, 30)]));
        Assert.True(TrialVerdict.IsClear([(30, 40), (30, 41), (30, 42)]));
        Assert.False(TrialVerdict.IsClear([(40, 30), (41, 30), (29, 30)]));
        Assert.False(TrialVerdict.IsClear([]));
    }

    [Fact]
    public void Find_PairsDisagree_TakesTheMeanOfWhatRoutesRecord()
    {
        // 1.1 of one route and 0.7 of the other: 8 bits lose on the whole.
        var choice = Find([(10, 9), (9, 10)], (1.1, 0.7));

        Assert.Equal(
            "fp32 runs, 1.11 times as fast as int8 (by the package, since 2 pairs of runs gave 0.90 to 1.11)",
            choice.Reason);
        Assert.Equal("fp32", choice.Apply(Route(Degradation.Noise, 1.1)).Precision);
    }

    [Fact]
    public void Find_PairsAgree_TakesTheFormOnEveryRouteThatHasIt()
    {
        var choice = Find([(13, 10), (13, 10), (13, 10)], (null, null));

        Assert.Equal("int8 runs, 1.30 times as fast as fp32 (3 pairs of runs)", choice.Reason);
        Assert.Equal("int8", choice.Apply(Route(Degradation.Rain, null)).Precision);
        Assert.Equal("fp32", choice.Apply(Route(Degradation.Rain, null) with { Variants = null }).Precision);
    }

    [Fact]
    public void Find_FormDoesNotRun_KeepsTheRoutesOwnAndSaysWhy()
    {
        var choice = VariantChoice.Find(
            "auto", ExecutionProvider.Cpu, Manifest(1.3, 1.3), (_, _) => throw new EngineException("no such operator"));

        Assert.Equal("fp32 runs, int8 does not run (no such operator)", choice.Reason);
    }

    private static VariantChoice Find(
        IReadOnlyList<(double Own, double Form)> pairs, (double? Noise, double? Rain) recorded) => VariantChoice.Find(
            "auto", ExecutionProvider.Cpu, Manifest(recorded.Noise, recorded.Rain), (_, _) => pairs);

    private static PackageManifest Manifest(double? noise, double? rain) => new()
    {
        Name = "test",
        Version = "1.0.0",
        Network = new PackageNetwork
        {
            Family = "test",
            Preset = "test",
            Parameters = 0,
            SizeMultiple = 1,
            MinSidePixels = 16,
        },
        Classifier = new PackageClassifier
        {
            File = "classifier.onnx",
            Network = "test",
            Parameters = 0,
            Temperature = 1,
            Threshold = 0.5,
        },
        Routes = [Route(Degradation.Noise, noise), Route(Degradation.Rain, rain)],
        Provenance = TestProvenance.Value,
        Files = [],
    };

    private static PackageRoute Route(Degradation degradation, double? speedup) => new()
    {
        Degradation = degradation,
        File = $"{degradation}.onnx",
        Precision = "fp32",
        Parameters = 0,
        MacsPerPixel = 0,
        Variants =
        [
            new() { File = $"{degradation}.int8.onnx", Precision = "int8", Provider = "cpu", Speedup = speedup },
            new() { File = $"{degradation}.fp16.onnx", Precision = "fp16", Provider = "cuda", Speedup = 9 },
        ],
    };
}
