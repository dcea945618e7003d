using EdgeRestore.Networks;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Readings;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tests.Readings;

public sealed class SeSymUNetTests
{
    // What the published fixtures allow in float32.
    private const double OutputTolerance = 1e-4;

    private static readonly SeSymUNetConfig Fixture = new()
    {
        Body = new() { Width = 8, EncoderBlocks = [1, 1, 1], MiddleBlocks = 1, DecoderBlocks = [1, 1, 1] },
        SemanticSize = 24,
        AttentionWidths = [32, 32, 32],
        MiddleAttentionWidth = 32,
    };

    private static readonly SeSymUNetConfig Narrow = Fixture with
    {
        Body = Fixture.Body with { Width = 4, EncoderBlocks = [1, 1], DecoderBlocks = [1, 1] },
        SemanticSize = 10,
        AttentionWidths = [6, 8],
        MiddleAttentionWidth = 16,
    };

    [Fact]
    public void Restore_PublishedImplementation_IsMatched()
    {
        var golden = NamedTensors.Read("Golden/sesymunet_w8.io.safetensors");
        var weights = NamedTensors.Read("Golden/sesymunet_w8.weights.safetensors");
        var layout = ParameterVector.Of(weights);
        using var noGrad = torch.no_grad();
        var reading = new TorchReading(
            layout.Bind(torch.tensor(layout.Pack(weights)), ScalarType.Float32), ScalarType.Float32);

        var restored = new SeSymUNet(Fixture).Restore(
            reading, TestTensors.ToTorch(golden["input"]), TestTensors.ToTorch(golden["tokens"]));

        Assert.InRange(
            TestTensors.MaxDifference(golden["output"].Values, TestTensors.ToArray(restored)), 0, OutputTolerance);
    }

    [Fact]
    public void Backward_OddSize_IsTheSlopeOfTheDefinition()
    {
        var network = new SeSymUNet(Narrow);
        var weights = InitialWeights.Of(network, seed: 3);

        // At their initial 1e-4 the alphas hide what is behind them.
        foreach (var alpha in weights.Where(tensor => tensor.Name.EndsWith(".alpha", StringComparison.Ordinal)))
        {
            alpha.Values[0] = 0.5f;
        }

        var tokens = TestTensors.Image(1, 5, 10);
        new GradientCheck(network, weights, TestTensors.Image(1, 3, 13, 19), tokens).Run(
            "middle_guide_attention.alpha",
            "middle_guide_attention.attention.norm_query.weight",
            "middle_guide_attention.attention.to_q.weight",
            "middle_guide_attention.attention.to_out.0.bias",
            "middle_refine_attention.attention.to_k.weight",
            "middle_refine_attention.attention.norm_context.bias",
            "decoder_guide_attentions.0.attention.to_v.weight",
            "decoder_refine_attentions.0.attention.to_out.0.weight",
            "decoder_refine_attentions.0.alpha",
            "decoder_guide_attentions.1.attention.to_q.weight",
            "encoders.0.0.attn.qkv.weight",
            "intro.weight");
    }
}
