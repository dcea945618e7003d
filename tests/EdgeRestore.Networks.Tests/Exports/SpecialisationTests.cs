using EdgeRestore.Degradations;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class SpecialisationTests
{
    // Folding rounds differently: a few 1e-7 per layer, against outputs of about 1.
    private const float Tolerance = 1e-4f;

    public static TheoryData<Degradation> Routes =>
        [.. DegradationNames.All.Where(degradation => degradation != Degradation.Clear)];

    [Theory]
    [MemberData(nameof(Routes))]
    public void Output_StaticNetwork_EqualsTheDynamicOneWithThePromptBound(Degradation degradation)
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        var weights = TestTensors.Trained(network, seed: 3);
        var image = TestTensors.Image(5, 1, 3, 41, 67);
        using var dynamic = new OnnxRun(RestorationExport.ToFloat(network, weights));
        using var bound = new OnnxRun(RestorationExport.ToFloat(
            new StaticEdgeNetwork(network.Config), StaticWeights.Of(network.Config, weights, degradation)));

        var expected = dynamic.Restore(image, DegradationRow.Of(degradation));
        var actual = bound.Restore(image);

        Assert.Equal(expected.Shape, actual.Shape);
        TestTensors.Close(expected.Values, actual.Values, Tolerance);
        var other = dynamic.Restore(image, (DegradationRow.Of(degradation) + 1) % DegradationRow.Count);
        Assert.True(
            expected.Values.Zip(other.Values).Max(pair => Math.Abs(pair.First - pair.Second)) > 100 * Tolerance,
            "The prompt changes next to nothing, so this test would pass with any set of channels.");
    }

    [Theory]
    [InlineData("matrices")]
    [InlineData("skips alone")]
    [InlineData("feed-forward alone")]
    [InlineData("all channels")]
    public void Output_ArmOfTheAblation_StaticEqualsDynamic(string arm)
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall with
        {
            Selection = arm switch
            {
                "matrices" => new() { SkipMatrices = true, FeedForward = false },
                "skips alone" => new() { FeedForward = false },
                "feed-forward alone" => new() { Skips = false },
                _ => new() { SkipKept = 1, FeedForwardKept = 1 },
            },
        });
        var weights = TestTensors.Trained(network, seed: 3);
        var image = TestTensors.Image(5, 1, 3, 40, 24);
        using var dynamic = new OnnxRun(RestorationExport.ToFloat(network, weights));
        var (bound, own) = network.Specialise(weights, Degradation.HazeSnow);
        using var boundRun = new OnnxRun(RestorationExport.ToFloat(bound, own));

        var expected = dynamic.Restore(image, DegradationRow.Of(Degradation.HazeSnow));

        TestTensors.Close(expected.Values, boundRun.Restore(image).Values, Tolerance);
        var other = dynamic.Restore(image, DegradationRow.Of(Degradation.Noise));
        var change = expected.Values.Zip(other.Values).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.True(change > 100 * Tolerance, $"The prompt changes {change}.");
    }

    [Fact]
    public void Output_BatchOfMixedPrompts_IsThatOfEachAlone()
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        using var run = new OnnxRun(RestorationExport.ToFloat(network, TestTensors.Trained(network, seed: 3)));
        var image = TestTensors.Image(5, 1, 3, 24, 32);
        NamedTensor twice = new("image", [2, 3, 24, 32], [.. image.Values, .. image.Values]);

        var both = run.Restore(twice, 2, 9).Values;

        var half = both.Length / 2;
        TestTensors.Close(run.Restore(image, 2).Values, both.AsSpan(0, half), Tolerance);
        TestTensors.Close(run.Restore(image, 9).Values, both.AsSpan(half), Tolerance);
    }

    [Fact]
    public void Cost_StaticNetwork_LosesHalfOfTheFeedForwardPartBehindTheEncoder()
    {
        var full = NetworkCost.Of(new EdgeNetwork(EdgeNetworkConfig.Small with { Selection = null }));
        var route = NetworkCost.Of(new StaticEdgeNetwork(EdgeNetworkConfig.Small));
        var skips = NetworkCost.Of(new StaticEdgeNetwork(
            EdgeNetworkConfig.Small with { Selection = new() { FeedForward = false } }));

        // Per pixel of a level and block: 3dm + 18m, of which half goes. Decoder 1 + 2 blocks, bottleneck 2 blocks; a
        // level's pixels are 1/4, 1/16 and 1/64 of the frame's.
        static double Half(double d, double m, double pixels) => pixels * (3 * d * m + 18 * m) / 2;
        var saved = Half(32, 64, 1 / 4.0) + 2 * Half(64, 128, 1 / 16.0) + 2 * Half(128, 256, 1 / 64.0);

        Assert.Equal(saved, skips.MacsPerPixel - route.MacsPerPixel, 1e-6);
        Assert.True(route.MacsPerPixel < full.MacsPerPixel);
    }

    [Fact]
    public void Of_TiedLogits_TakesTheLowerIndices()
    {
        var set = ChannelSet.Of(new("logits", [2, 5], [0, 0, 0, 0, 0, 1, 3, 3, 0, 3]), row: 1, count: 2);

        Assert.Equal([1, 2], set.Channels);
        Assert.All(set.Gates, gate => Assert.Equal(2 / (1 + Math.Exp(-3)), gate, 1e-12));
    }

    [Fact]
    public void Of_LogitsAllEqual_SelectsWhatTheGraphSelects()
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        var weights = TestTensors.Trained(network, seed: 3);
        foreach (var tensor in weights.Where(tensor => tensor.Name.EndsWith("gate.logits", StringComparison.Ordinal)))
        {
            tensor.Values.AsSpan().Fill(0.25f);
        }

        var image = TestTensors.Image(5, 1, 3, 16, 16);
        using var dynamic = new OnnxRun(RestorationExport.ToFloat(network, weights));
        using var bound = new OnnxRun(RestorationExport.ToFloat(
            new StaticEdgeNetwork(network.Config), StaticWeights.Of(network.Config, weights, Degradation.Rain)));

        TestTensors.Close(
            dynamic.Restore(image, DegradationRow.Of(Degradation.Rain)).Values, bound.Restore(image).Values, Tolerance);
    }

    [Fact]
    public void Of_LogitNotANumber_SaysWhichWeight()
    {
        var error = Assert.Throws<EdgeRestoreException>(
            () => ChannelSet.Of(new("skips.0.gate.logits", [1, 2], [1, float.NaN]), row: 0, count: 1));

        Assert.Equal(
            "Weight 'skips.0.gate.logits' has a logit in row 0 that is NaN or infinite: no set can be selected. "
            + "Training has diverged: go back to an earlier checkpoint.",
            error.Message);
    }
}
