using System.Runtime.CompilerServices;
using EdgeRestore.Frames;
using EdgeRestore.Networks;
using EdgeRestore.Training.Recipes;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Training.Sampling;

/// <summary>
/// A frozen semantic encoder, such as CLIP's vision transformer, as an ONNX file on the CPU. Thread-safe; what a frame
/// gives is a function of the file and the frame.
/// </summary>
internal sealed class SemanticEncoder : IDisposable
{
    // As in service: of several outputs the one of these names, which exports of CLIPVisionModel have.
    private static readonly string[] TokenNames = ["last_hidden_state", "tokens"];

    private readonly InferenceSession _session;
    private readonly ClipInput _input;
    private readonly string _inputName;
    private readonly string _outputName;
    private readonly bool _isPerPhotograph;
    private readonly ConditionalWeakTable<Frame, float[]> _ofPhotographs = [];

    private SemanticEncoder(InferenceSession session, int side, bool isPerPhotograph)
    {
        _session = session;
        _input = new ClipInput(side);
        _inputName = session.InputMetadata.Keys.Single();
        _outputName = OutputOf(session);
        _isPerPhotograph = isPerPhotograph;
    }

    /// <summary>Opens the encoder of a recipe for a network that takes tokens.</summary>
    /// <exception cref="EdgeRestoreException">It is no such file, or its tokens are not those of the network.</exception>
    public static SemanticEncoder Load(SemanticRecipe recipe, PromptDefinition tokens)
    {
        var session = Open(recipe.Encoder);
        try
        {
            var (input, output) = (
                session.InputMetadata.Values.ToList(), session.OutputMetadata[OutputOf(session)]);
            var shape = input[0].Dimensions;
            var size = tokens.Shape[^1].Size!.Value;
            if (input.Count != 1 || shape.Length != 4 || shape[1] != 3 || output.Dimensions.Length != 3
                || output.Dimensions[2] is > 0 and var found && found != size)
            {
                throw new EdgeRestoreException(
                    $"The encoder '{recipe.Encoder}' has {input.Count} inputs, the first ({string.Join(", ", shape)}), and "
                    + $"gives ({string.Join(", ", output.Dimensions)}); needed is one (1, 3, side, side) and (1, tokens, {size}), "
                    + "the last hidden state. Export it so, or set semanticSize in the recipe's configuration.");
            }

            // An encoder of any size gets the published one.
            return new SemanticEncoder(
                session, shape[2] > 0 ? shape[2] : ClipInput.PublishedSide, recipe.Of == SemanticRecipe.Photograph);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>(tokens, size) of a training sample, one after the other.</summary>
    /// <param name="degraded">The patch as the network gets it.</param>
    /// <param name="scene">The clean image that it was cut from.</param>
    public float[] Encode(Frame degraded, Frame scene) =>
        _isPerPhotograph ? _ofPhotographs.GetValue(scene, Encode) : Encode(degraded);

    /// <summary>(tokens, size) of one frame.</summary>
    public float[] Encode(Frame frame)
    {
        var pixels = new float[_input.Length];
        _input.Fill(frame, pixels);
        using var results = _session.Run(
            [NamedOnnxValue.CreateFromTensor(
                _inputName, new DenseTensor<float>(pixels, [1, 3, _input.Side, _input.Side]))],
            [_outputName]);
        return results[0].AsTensor<float>().ToArray();
    }

    public void Dispose() => _session.Dispose();

    private static string OutputOf(InferenceSession session) =>
        TokenNames.FirstOrDefault(session.OutputMetadata.ContainsKey) ?? session.OutputMetadata.Keys.First();

    private static InferenceSession Open(string path)
    {
        // One thread: samples are made on workers of their own, and the step has the rest.
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        try
        {
            return new InferenceSession(path, options);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or IOException)
        {
            throw new EdgeRestoreException(
                $"The encoder '{path}' cannot be opened: {exception.Message} Name an ONNX file in semantic.encoder.",
                exception);
        }
    }
}
