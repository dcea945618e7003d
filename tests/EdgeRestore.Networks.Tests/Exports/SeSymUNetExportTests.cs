using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class SeSymUNetExportTests
{
    // What the fixtures state for a float32 implementation.
    private const float OutputTolerance = 1e-4f;

    private static readonly SeSymUNet Network = new(SeSymUNetTests.Fixture);

    // Narrow and shallow: the reference is slow. Sides are padded to multiples of 16.
    private static readonly SeSymUNet Narrow = new(SeSymUNetTests.Fixture with
    {
        Body = SeSymUNetTests.Fixture.Body with { Width = 4, EncoderBlocks = [1, 1], DecoderBlocks = [1, 1] },
        SemanticSize = 10,
        AttentionWidths = [6, 8],
        MiddleAttentionWidth = 16,
    });

    [Fact]
    public void Output_PublishedImplementation_IsMatchedAtASizeThatNeedsPadding()
    {
        var golden = NamedTensors.Read("Golden/sesymunet_w8.io.safetensors");
        var weights = NamedTensors.Read("Golden/sesymunet_w8.weights.safetensors");
        using var run = new OnnxRun(RestorationExport.ToFloat(Network, weights));

        var (output, shape) = run.Restore(golden["input"], golden["tokens"]);

        Assert.Equal(golden["output"].Shape, shape);
        TestTensors.Close(golden["output"].Values, output, OutputTolerance);
    }

    [Theory]
    [InlineData(13, 19, 5)]
    [InlineData(32, 17, 1)]
    public void Output_OddSizeAndNumberOfTokens_IsThatOfTheDefinition(int height, int width, int count)
    {
        var weights = TestTensors.Trained(Narrow, seed: 11);
        var image = TestTensors.Image(12, 2, 3, height, width);
        var tokens = TestTensors.Vectors("tokens", 13, 2, count, 10);
        using var run = new OnnxRun(RestorationExport.ToFloat(Narrow, weights));

        var (output, shape) = run.Restore(image, tokens);

        var expected = Narrow.Restore(
            new ReferenceReading(weights), ReferenceReading.Input(image), ReferenceReading.Input(tokens));
        Assert.Equal(expected.Shape, shape);
        TestTensors.Close([.. expected.Values.Select(value => (float)value)], output, OutputTolerance);
        var others = run.Restore(image, TestTensors.Vectors("tokens", 14, 2, count, 10)).Values;
        Assert.True(
            output.Zip(others).Max(pair => Math.Abs(pair.First - pair.Second)) > 10 * OutputTolerance,
            "The tokens change next to nothing, so this test would pass without them.");
    }

    // The published code draws a new embedding whenever the number of patches changes, and so forgets what it said.
    [Fact]
    public void Output_SameImageAfterAnotherSize_IsTheSame()
    {
        using var run = new OnnxRun(RestorationExport.ToFloat(Narrow, TestTensors.Trained(Narrow, seed: 11)));
        var image = TestTensors.Image(12, 1, 3, 32, 48);
        var tokens = TestTensors.Vectors("tokens", 13, 1, 5, 10);

        var first = run.Restore(image, tokens).Values;
        var turned = run.Restore(TestTensors.Image(12, 1, 3, 48, 32), tokens).Values;

        Assert.NotEqual(first, turned);
        Assert.Equal(first, run.Restore(image, tokens).Values);
    }

    [Fact]
    public void Restored_ServingGraph_IsTheFloatOutputRounded()
    {
        var weights = TestTensors.Trained(Narrow, seed: 11);
        var frame = new byte[21 * 18 * 3];
        new Random(6).NextBytes(frame);
        var tokens = TestTensors.Vectors("tokens", 13, 1, 5, 10);
        NamedTensor image = new("image", [1, 3, 21, 18],
        [
            .. Enumerable.Range(0, 3).SelectMany(channel =>
                Enumerable.Range(0, 21 * 18).Select(pixel => frame[3 * pixel + channel] / 255f)),
        ]);
        using var floats = new OnnxRun(RestorationExport.ToFloat(Narrow, weights));
        using var bytes = new OnnxRun(RestorationExport.ToServing(Narrow, weights));

        var restored = bytes.Run<byte>(
            ["restored"],
            ("frame", OrtValue.CreateTensorValueFromMemory(frame, [1, 21, 18, 3])),
            ("strength", OrtValue.CreateTensorValueFromMemory([1f], [1])),
            ("tokens", OrtValue.CreateTensorValueFromMemory(tokens.Values, tokens.Shape)))["restored"].Values;

        var output = floats.Restore(image, tokens).Values;
        Assert.All(Enumerable.Range(0, restored.Length), index =>
        {
            var value = 255.0 * Math.Clamp(output[index % 3 * 21 * 18 + index / 3], 0, 1);
            Assert.True(Math.Abs(restored[index] - value) <= 0.501, $"{restored[index]} for {value} at {index}");
        });
    }
}
