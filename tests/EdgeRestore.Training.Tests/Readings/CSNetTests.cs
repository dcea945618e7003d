using EdgeRestore.Networks;
using EdgeRestore.Networks.Tests;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Training.Tests.Readings;

public sealed class CSNetTests
{
    // The scores are left out: what is passed to them is not the slope of the hard selection, by design.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Backward_OddSize_IsTheSlopeOfTheDefinition(bool activation)
    {
        var network = new CSNet(NarrowNetworks.CSNet with { Activation = activation });
        var weights = InitialWeights.Of(network, seed: 3);

        // Fresh weights are so small that float32 hides the slopes of what lies deep.
        var random = new Random(4);
        foreach (var tensor in weights)
        {
            foreach (ref var value in tensor.Values.AsSpan())
            {
                value += 0.2f * (random.NextSingle() - 0.5f);
            }
        }

        new GradientCheck(
            network,
            weights,
            TestTensors.Image(2, 3, 9, 7),
            new NamedTensor("prompt", [2], [2, 9])).Run(
                "csb.0.ce.weight",
                "csb.0.cc.weight",
                "csb.1.cc.bias",
                "csb.1.dgl.0.weight",
                "csb.1.pifm.0.weight",
                "csb.2.pifm.2.bias",
                "reduce_chan_level2.weight",
                "up3_2.body.0.weight",
                "patch_embed.proj.weight");
    }
}
