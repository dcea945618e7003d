using EdgeRestore.Degradations;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class CSNetSpecialisationTests
{
    // Folding rounds differently, and run times sum in an order of their own: a few 1e-7 per layer, outputs of about 1.
    private const float Tolerance = 1e-4f;


    public static TheoryData<Degradation> Routes =>
        [.. DegradationNames.All.Where(degradation => degradation != Degradation.Clear)];

    // The contract: sums of products in the order of the channels, each step rounded once. Then a channel that is not
    // selected adds exact zeros, and leaving it out changes no bit.
    [Theory]
    [InlineData(Degradation.Noise, false, 9, 7)]
    [InlineData(Degradation.HazeRain, true, 5, 6)]
    public void Output_SlicedInSinglePrecision_IsTheSelectingNetworksToTheLastBit(
        Degradation degradation, bool activation, int height, int width)
    {
        var config = NarrowNetworks.CSNet with { Activation = activation };
        var network = new CSNet(config);
        var weights = TestTensors.Trained(network, seed: 3);
        var image = ReferenceReading.Input(TestTensors.Image(5, 1, 3, height, width));

        var expected = network.Restore(
            new ReferenceReading(weights, isSingle: true),
            image,
            ReferenceReading.Prompt(DegradationRow.Of(degradation)));
        var actual = new StaticCSNet(config, StaticForm.Sliced).Restore(
            new ReferenceReading(
                StaticWeights.Of(config, weights, degradation, StaticForm.Sliced), isSingle: true),
            image);

        Assert.Equal(expected.Values, actual.Values);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Output_SlicedOrFolded_EqualsTheSelectingNetworkWithThePromptBound(Degradation degradation)
    {
        var network = new CSNet(NarrowNetworks.CSNet);
        var weights = TestTensors.Trained(network, seed: 3);
        var image = TestTensors.Image(5, 1, 3, 41, 67);
        using var dynamic = new OnnxRun(RestorationExport.ToFloat(network, weights));
        var expected = dynamic.Restore(image, DegradationRow.Of(degradation));

        foreach (var form in Enum.GetValues<StaticForm>())
        {
            using var bound = new OnnxRun(RestorationExport.ToFloat(
                new StaticCSNet(NarrowNetworks.CSNet, form),
                StaticWeights.Of(NarrowNetworks.CSNet, weights, degradation, form)));
            var actual = bound.Restore(image);

            Assert.Equal(expected.Shape, actual.Shape);
            TestTensors.Close(expected.Values, actual.Values, Tolerance);
        }

        var other = dynamic.Restore(image, (DegradationRow.Of(degradation) + 1) % DegradationRow.Count);
        Assert.True(
            expected.Values.Zip(other.Values).Max(pair => Math.Abs(pair.First - pair.Second)) > 100 * Tolerance,
            "The prompt changes next to nothing, so this test would pass with any set of channels.");
    }

    [Fact]
    public void Specialise_Network_SharesAllWeightsButThoseOfItsBlocks()
    {
        var network = new CSNet(NarrowNetworks.CSNet);
        var weights = TestTensors.Trained(network, seed: 3);

        var (bound, rain) = network.Specialise(weights, Degradation.Rain);

        Assert.False(bound.TakesPrompt);
        string[] own = ["fold.weight", "fold.bias", "pifm.0.weight", "pifm.0.bias"];
        Assert.Equal(3 * own.Length, rain.Count(IsOwn));
        Assert.All(rain, tensor => Assert.Equal(
            !IsOwn(tensor), weights.TryGet(tensor.Name, out var shared) && ReferenceEquals(tensor, shared)));

        bool IsOwn(NamedTensor tensor) =>
            Array.Exists(own, name => tensor.Name.EndsWith(name, StringComparison.Ordinal));
    }

    [Fact]
    public void Cost_Forms_AreThoseOfTheClosedForms()
    {
        var config = CSNetConfig.Published;
        var dynamic = NetworkCost.Of(new CSNet(config));
        var sliced = NetworkCost.Of(new StaticCSNet(config, StaticForm.Sliced));
        var folded = NetworkCost.Of(new StaticCSNet(config, StaticForm.Folded));

        // C^2 times pixels is the same at every level: 4 levels. Masked: expand by 2, contract from all (4 in all);
        // sliced: half of both (2); folded: 1. The layers on vectors are next to nothing.
        const double Unit = 48.0 * 48 * 4;
        Assert.Equal(4 * Unit - 2 * Unit, dynamic.MacsPerPixel - sliced.MacsPerPixel, 0.02 * Unit + 50);
        Assert.Equal(Unit, sliced.MacsPerPixel - folded.MacsPerPixel, 1e-6);
        Assert.InRange(folded.Parameters, 26_126_644, 26_600_000);
    }

    [Fact]
    public void Constructor_FoldedWithActivation_SaysWhyNot() => Assert.Contains(
        "Slice it.",
        Assert.Throws<ArgumentException>(
            () => new StaticCSNet(NarrowNetworks.CSNet with { Activation = true }, StaticForm.Folded)).Message,
        StringComparison.Ordinal);
}
