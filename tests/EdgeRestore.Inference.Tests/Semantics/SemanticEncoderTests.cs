using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Semantics;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Tests.Semantics;

public sealed class SemanticEncoderTests : IDisposable
{
    // A vision transformer as CLIP's, small and with random weights.
    private static readonly ClipVision Tiny =
        new(new() { Side = 24, PatchSize = 6, Width = 8, Layers = 2, Heads = 2, Hidden = 16 });

    private static readonly RestorerOptions Options = new() { Threads = 1 };

    private readonly string _directory = Directory.CreateTempSubdirectory("edgerestore-semantics-").FullName;

    [Fact]
    public void Encode_TinyTransformer_GivesTheTokensOfTheFramesSquare()
    {
        using var encoder = SemanticEncoder.Load(WriteTiny(), Options);
        using var frame = RandomFrame(90, 50, seed: 1);

        var tokens = encoder.Encode(frame);

        Assert.Equal((24, 17, 8), (encoder.Side, tokens.Count, tokens.Size));
        Assert.Equal(17 * 8, tokens.Values.Length);
        var input = new ClipInput(24);
        var pixels = new float[input.Length];
        input.Fill(frame, pixels);
        using var session = new InferenceSession(WriteTiny());
        using var run = new RunOptions();
        using var value = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, 24, 24]);
        using var expected = session.Run(run, ["pixels"], [value], ["last_hidden_state"]);
        Assert.Equal(expected[0].GetTensorDataAsSpan<float>().ToArray(), tokens.Values);
        using var other = RandomFrame(90, 50, seed: 2);
        Assert.NotEqual(tokens.Values, encoder.Encode(other).Values);
    }

    [Fact]
    public void Encode_TokensIntoTheServingGraph_ChangeWhatItRestores()
    {
        var network = new SeSymUNet(new()
        {
            Body = new() { Width = 8, EncoderBlocks = [1], MiddleBlocks = 1, DecoderBlocks = [1], Heads = [1] },
            SemanticSize = 8,
            AttentionWidths = [8],
            MiddleAttentionWidth = 8,
            MiddleAttentionHeads = 1,
        });
        var weights = InitialWeights.Of(network, seed: 4);
        weights["middle_guide_attention.alpha"].Values[0] = 3;
        using var session = new InferenceSession(RestorationExport.ToServing(network, weights).ToBytes());
        using var encoder = SemanticEncoder.Load(WriteTiny(), Options);
        using var frame = RandomFrame(33, 21, seed: 1);
        using var other = RandomFrame(33, 21, seed: 2);

        var restored = Serve(encoder.Encode(frame));

        Assert.Equal(frame.LengthBytes, restored.Length);
        Assert.Equal(restored, Serve(encoder.Encode(frame)));
        Assert.NotEqual(restored, Serve(encoder.Encode(other)));

        byte[] Serve(SemanticTokens tokens)
        {
            using var run = new RunOptions();
            using var pixels = OrtValue.CreateTensorValueFromMemory(frame.Pixels.ToArray(), [1, 21, 33, 3]);
            using var strength = OrtValue.CreateTensorValueFromMemory([1f], [1]);
            using var semantic = OrtValue.CreateTensorValueFromMemory(tokens.Values, [1, tokens.Count, tokens.Size]);
            using var outputs = session.Run(
                run, ["frame", "strength", "tokens"], [pixels, strength, semantic], ["restored"]);
            return outputs[0].GetTensorDataAsSpan<byte>().ToArray();
        }
    }

    [Fact]
    public void Load_NoFile_SaysSo()
    {
        var error = Assert.Throws<EngineException>(() => SemanticEncoder.Load("/nowhere/clip.onnx", Options));

        Assert.Equal(
            "Semantic encoder '/nowhere/clip.onnx' is not there. Give the path of an ONNX file.", error.Message);
    }

    [Fact]
    public void Load_GraphOfAnotherKind_SaysWhatItTakesAndWhatIsAllowed()
    {
        var builder = new GraphBuilder("bytes");
        var frame = builder.Input("frame", ElementType.UInt8, 1, 4, 4, 3);
        builder.Output(frame, "restored", ElementType.UInt8, 1, 4, 4, 3);
        var path = Write("bytes.onnx", new OnnxFile(builder.Graph));

        var error = Assert.Throws<EngineException>(() => SemanticEncoder.Load(path, Options));

        Assert.Equal(
            $"Semantic encoder '{path}' takes 'frame' Byte (1, 4, 4, 3). Allowed: one float input (1, 3, side, side) "
            + "of standardised pixels. Export the vision part alone.",
            error.Message);
    }

    [Fact]
    public void Load_NoSequenceAmongTheOutputs_SaysWhatItGives()
    {
        var builder = new GraphBuilder("pooled");
        var pixels = builder.Input("pixels", ElementType.Float, 1, 3, 8, 8);
        builder.Output(builder.Add("GlobalAveragePool", [pixels]), "pooled", ElementType.Float, 1, 3, 1, 1);
        var path = Write("pooled.onnx", new OnnxFile(builder.Graph));

        var error = Assert.Throws<EngineException>(() => SemanticEncoder.Load(path, Options));

        Assert.Contains("gives 'pooled' Single (1, 3, 1, 1).", error.Message, StringComparison.Ordinal);
        Assert.Contains("last_hidden_state or tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_TokenNotANumber_IsRefused()
    {
        var weights = InitialWeights.Of(Tiny, seed: 3);
        weights["vision_model.pre_layrnorm.bias"].Values[0] = float.NaN;
        using var encoder = SemanticEncoder.Load(
            Write("nan.onnx", SemanticEncoderExport.ToTokens(Tiny, weights)), Options);
        using var frame = RandomFrame(30, 30, seed: 1);

        Assert.Contains(
            "NaN", Assert.Throws<EngineException>(() => encoder.Encode(frame)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "abcd")]
    [InlineData(2, "aacc")]
    [InlineData(0, "aaaa")]
    public void Next_EveryFrames_EncodesAnewThatOften(int everyFrames, string expected)
    {
        using var encoder = SemanticEncoder.Load(WriteTiny(), Options);
        var scene = new SceneTokens(encoder, everyFrames);
        var frames = Enumerable.Range(0, 4).Select(seed => RandomFrame(30, 30, seed)).ToArray();
        var own = frames.Select(frame => encoder.Encode(frame).Values).ToArray();

        var found = frames.Select(frame => scene.Next(frame).Values).ToArray();

        Assert.Equal(
            expected, string.Concat(found.Select(values => "abcd"[Array.FindIndex(own, values.SequenceEqual)])));
        scene.Reset();
        Assert.Equal(own[1], scene.Next(frames[1]).Values);
        Array.ForEach(frames, frame => frame.Dispose());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Frame RandomFrame(int width, int height, int seed)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        new Random(seed).NextBytes(frame.Pixels);
        return frame;
    }

    private string WriteTiny() =>
        Write("tiny.onnx", SemanticEncoderExport.ToTokens(Tiny, InitialWeights.Of(Tiny, seed: 3)));

    private string Write(string name, OnnxFile file)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllBytes(path, file.ToBytes());
        return path;
    }
}
