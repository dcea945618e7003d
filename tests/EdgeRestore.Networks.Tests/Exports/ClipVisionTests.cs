using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class ClipVisionTests
{
    private const float Tolerance = 1e-4f;

    private static readonly ClipVision Tiny =
        new(new() { Side = 12, PatchSize = 4, Width = 8, Layers = 2, Heads = 2, Hidden = 20 });

    [Fact]
    public void Encode_PublishedSizes_HasThePublishedParameters()
    {
        var network = new ClipVision(new());

        // CLIPVisionModel of openai/clip-vit-large-patch14 has 303,179,776; its last norm, 2 x 1024, is not asked for.
        Assert.Equal(303_179_776 - 2 * 1024, ShapeReading.Of(network).ParameterCount);
        Assert.Equal(257, network.TokenCount);
    }

    [Fact]
    public void Tokens_Graph_AreThoseOfTheDefinition()
    {
        var weights = InitialWeights.Of(Tiny, seed: 5);
        var pixels = TestTensors.Vectors("pixels", 6, 1, 3, 12, 12);
        using var run = new OnnxRun(SemanticEncoderExport.ToTokens(Tiny, weights));

        var (tokens, shape) = run.Run<float>(
            ["last_hidden_state"],
            ("pixels", OrtValue.CreateTensorValueFromMemory(pixels.Values, pixels.Shape)))["last_hidden_state"];

        var expected = Tiny.Encode(new ReferenceReading(weights), ReferenceReading.Input(pixels));
        Assert.Equal([1, 10, 8], shape);
        Assert.Equal(expected.Shape, shape);
        TestTensors.Close([.. expected.Values.Select(value => (float)value)], tokens, Tolerance);
    }

    // The values by hand for one patch, one layer that adds nothing, and a norm that passes through: class embedding
    // and patch, in this order, each with its position.
    [Fact]
    public void Encode_WithoutLayers_IsTheNormOfClassAndPatchesWithTheirPositions()
    {
        var network = new ClipVision(new() { Side = 2, PatchSize = 1, Width = 2, Layers = 0, Heads = 1, Hidden = 1 });
        var weights = InitialWeights.Of(network, seed: 5);
        float[] positions = [0, 9, 1, 0, 2, 0, 3, 0, 4, 0];
        positions.CopyTo(weights["vision_model.embeddings.position_embedding.weight"].Values, 0);
        weights["vision_model.embeddings.class_embedding"].Values.AsSpan().Clear();
        weights["vision_model.embeddings.patch_embedding.weight"].Values.AsSpan().Clear();

        var tokens = network.Encode(
            new ReferenceReading(weights), ReferenceReading.Input(TestTensors.Image(1, 1, 3, 2, 2)));

        // Two numbers are normed to -1 and 1 by which is larger; only the class token's second is.
        Assert.Equal([-1, 1, 1, -1, 1, -1, 1, -1, 1, -1], tokens.Values.Select(value => Math.Round(value, 3)));
    }
}
