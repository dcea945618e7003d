using EdgeRestore.Degradations;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Tests.Search;

/// <summary>The search on a network of six convolutions with random weights, which 8 bits do hurt.</summary>
public class RouteSearchTests
{
    // No machine is so slow at 8 bits: what is searched for here is quality.
    private static readonly SearchSettings Generous = new()
    {
        MaxDrop = 10,
        MaxWorstDrop = 10,
        MaxSsimDrop = 1,
        MinSpeedup = 0,
        SpeedRounds = 1,
        SpeedFrame = (64, 48),
        Threads = 1,
    };

    [Fact]
    public void Run_EverythingAllowed_TakesEightBitsInAllButTheEnds()
    {
        var (search, judge) = Create(Generous);
        using (judge)
        {
            var outcome = search.Run("key", CancellationToken.None);

            Assert.Equal("int8", outcome.Precision);
            Assert.Equal((4, 6), (outcome.QuantizedCount, outcome.ConvolutionCount));
            Assert.Empty(outcome.FloatNodes);
            Assert.Empty(outcome.Sensitivity);
            Assert.Equal("holds", Assert.Single(outcome.Steps).Decision);
            Assert.NotNull(outcome.Speedup);
            Assert.Contains(search.Form.Graph.Nodes, node => node.OpType == "QuantizeLinear");
            Assert.All(outcome.Tensors, tensor => Assert.InRange(tensor.SqnrDecibels, 1, 120));
        }
    }

    [Fact]
    public void Run_LessLossAllowed_StepsBackUntilItHoldsAndSaysHow()
    {
        // Errors of four convolutions add up: with one or two of them in floating point, 1 dB is won.
        const double Gain = 1;
        double whole;
        var (first, firstJudge) = Create(Generous with { MinPsnrBetween = 0 }, hasClean: false);
        using (firstJudge)
        {
            whole = first.Run("key", CancellationToken.None).Costs.Min(cost => cost.PsnrBetween);
        }

        var (search, judge) = Create(Generous with { MinPsnrBetween = whole + Gain }, hasClean: false);
        using (judge)
        {
            var outcome = search.Run("key", CancellationToken.None);

            Assert.Equal("int8", outcome.Precision);
            Assert.True(outcome.Costs.Min(cost => cost.PsnrBetween) >= whole + Gain);
            Assert.InRange(outcome.QuantizedCount, 1, 3);
            Assert.NotEmpty(outcome.FloatNodes);
            Assert.Equal(4, outcome.Sensitivity.Length);
            Assert.Contains(
                outcome.Steps, step => step.Decision.Contains("dB between the results", StringComparison.Ordinal));
            Assert.Equal(
                outcome.Costs.Min(cost => cost.PsnrBetween), judge.Judge(search.Form, 1).Min(cost => cost.PsnrBetween));
        }
    }

    [Fact]
    public void Run_NothingAllowed_StaysFp32AndSaysWhy()
    {
        var (search, judge) = Create(Generous with { MaxDrop = -1 });
        using (judge)
        {
            var outcome = search.Run("key", CancellationToken.None);

            Assert.Equal("fp32", outcome.Precision);
            Assert.Contains("8 bits cost too much: noise:", outcome.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(search.Form.Graph.Nodes, node => node.OpType == "QuantizeLinear");
            Assert.Null(outcome.Speedup);
        }
    }

    [Fact]
    public void Run_NotFastEnough_StaysFp32AndSaysWhatWasMeasured()
    {
        var (search, judge) = Create(Generous with { MinSpeedup = 1e6 });
        using (judge)
        {
            var outcome = search.Run("key", CancellationToken.None);

            Assert.Equal("fp32", outcome.Precision);
            Assert.Matches("do not pay here: .* times FP32's speed", outcome.Reason);
            Assert.NotNull(outcome.Speedup);
        }
    }

    [Fact]
    public void Run_WithoutCleanFrames_HoldsToTheDistanceFromFp32()
    {
        var (search, judge) = Create(Generous with { MinPsnrBetween = 61 }, hasClean: false);
        using (judge)
        {
            var outcome = search.Run("key", CancellationToken.None);

            Assert.Equal("fp32", outcome.Precision);
            Assert.Contains(
                "dB between the results, allowed are 61.0 or more", outcome.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Run_FramesThatAreClear_HoldsThemToTheDistanceFromFp32()
    {
        var (search, judge) = Create(Generous with { MinPsnrBetween = 61 }, clear: 2);
        using (judge)
        {
            var outcome = search.Run("key", CancellationToken.None);

            Assert.Equal("fp32", outcome.Precision);
            Assert.Contains("clear: ", outcome.Reason, StringComparison.Ordinal);
            Assert.Contains(
                "dB between the results, allowed are 61.0 or more", outcome.Reason, StringComparison.Ordinal);
        }
    }

    private static (RouteSearch Search, RouteJudge Judge) Create(
        SearchSettings settings, bool hasClean = true, int clear = 0)
    {
        var network = TinyNetwork.Build();
        var frames = Enumerable.Range(0, 3).Select(seed => new JudgedFrame(
            $"scene {seed}", Degradation.Noise,
            () => TestFolder.DrawScene(seed, 64, 48, grain: 40),
            hasClean ? () => TestFolder.DrawScene(seed, 64, 48) : null)).ToList();
        frames.AddRange(Enumerable.Range(0, clear).Select(seed => new JudgedFrame(
            $"clear {seed}", Degradation.Clear, () => TestFolder.DrawScene(seed, 64, 48), LoadClean: null)
        {
            Route = Degradation.Noise,
        }));
        var calibrated = TinyNetwork.Calibrate(network, [.. frames.Select(frame => frame.Load)]);
        var judge = new RouteJudge(network, frames, 1);
        return (new RouteSearch(network, calibrated, judge, settings, _ => { }), judge);
    }
}
