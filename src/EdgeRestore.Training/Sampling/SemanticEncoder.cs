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
    private readonly InferenceSession _session;
    private readonly ClipInput _input;
    private readonly string _inputName;
    private readonly string _outputName;
    private readonly bool _isPerPhotograph;
    private readonly ConditionalWeakTable<Frame, float[]> _ofPhotographs = [];

    private SemanticEncoder(InferenceSession session, SemanticEncoderLayout layout, bool isPerPhotograph)
    {
        _session = session;
        _input = new ClipInput(layout.Side);
        _inputName = layout.Input;
        _outputName = layout.Output;
        _isPerPhotograph = isPerPhotograph;
    }

    /// <summary>Opens the encoder of a recipe for a network that takes tokens.</summary>
    /// <exception cref="EdgeRestoreException">It is no such file, or its tokens are not those of the
    /// network.</exception>
    public static SemanticEncoder Load(SemanticRecipe recipe, PromptDefinition tokens)
    {
        var session = Open(recipe.Encoder);
        try
        {
            var (layout, fault) = SemanticEncoderLayout.Find(
                recipe.Encoder, Describe(session.InputMetadata), Describe(session.OutputMetadata));
            var size = tokens.Shape[^1].Size!.Value;
            return layout is null
                ? throw new EdgeRestoreException(fault!)
                : layout.TokenSize is { } found && found != size
                ? throw new EdgeRestoreException(
                    $"The encoder '{recipe.Encoder}' gives tokens of {found} numbers, and the network takes {size}. "
                    + "Give another encoder, or set semanticSize in the recipe's configuration.")
                : new SemanticEncoder(session, layout, recipe.Of == SemanticRecipe.Photograph);
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

    private static IReadOnlyList<EncoderValue> Describe(IReadOnlyDictionary<string, NodeMetadata> values) =>
    [
        .. values.Select(pair => new EncoderValue(
            pair.Key, pair.Value.ElementType, pair.Value.Dimensions)),
    ];

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
                $"The encoder '{path}' cannot be opened: {exception.Message} Name an ONNX file in semantic.encoder of "
                + "the recipe, or in export's --encoder.",
                exception);
        }
    }
}
