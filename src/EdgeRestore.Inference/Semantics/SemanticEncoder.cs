using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Semantics;

/// <summary>A frozen encoder from a frame to semantic tokens: any ONNX file that a user supplies.</summary>
/// <remarks>
/// One input float (1 or N, 3, side, side), which gets what <see cref="ClipInput"/> makes of a frame; where the side is
/// free, 224. One output float (1 or N, T, D), or several of which one is named <c>last_hidden_state</c> or
/// <c>tokens</c>: those exported from CLIPVisionModel have it. Runs on the CPU. Thread-safe.
/// </remarks>
public sealed class SemanticEncoder : IDisposable
{
    private readonly string _path;
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly ClipInput _input;
    private readonly string _inputName;
    private readonly string _outputName;

    private SemanticEncoder(string path, InferenceSession session)
    {
        _path = path;
        _session = session;
        var (layout, fault) = SemanticEncoderLayout.Find(
            path, Describe(session.InputMetadata), Describe(session.OutputMetadata));
        if (layout is null)
        {
            throw new EngineException(fault!);
        }

        (_inputName, _outputName, _input) = (layout.Input, layout.Output, new ClipInput(layout.Side));
    }

    /// <summary>Width and height of what the encoder sees.</summary>
    public int Side => _input.Side;

    /// <summary>Loads an encoder.</summary>
    /// <param name="path">The ONNX file; weights outside it are found relative to it.</param>
    /// <param name="options">Threads, and where ONNX Runtime is.</param>
    /// <exception cref="EngineException">The file is not there, cannot be loaded, or is no such encoder.</exception>
    public static SemanticEncoder Load(string path, RestorerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        OnnxRuntimeLibrary.Load(options.OnnxRuntimeDirectory);
        if (!File.Exists(path))
        {
            throw new EngineException($"Semantic encoder '{path}' is not there. Give the path of an ONNX file.");
        }

        InferenceSession session;
        try
        {
            using var sessionOptions = new SessionOptions();
            sessionOptions.IntraOpNumThreads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
            sessionOptions.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            sessionOptions.AddSessionConfigEntry("session.force_spinning_stop", "1");
            session = new InferenceSession(path, sessionOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException($"Semantic encoder '{path}' cannot be loaded: {exception.Message}", exception);
        }

        try
        {
            return new SemanticEncoder(path, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The tokens of a frame.</summary>
    /// <param name="frame">Rgb24 of any size.</param>
    /// <exception cref="EngineException">The run failed, or a token is NaN or infinite.</exception>
    public SemanticTokens Encode(Frame frame)
    {
        var pixels = new float[_input.Length];
        _input.Fill(frame, pixels);
        try
        {
            using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, Side, Side]);
            using var outputs = _session.Run(_runOptions, [_inputName], [input], [_outputName]);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            var values = outputs[0].GetTensorDataAsSpan<float>().ToArray();
            if (shape is not [1, > 0, > 0] || !Array.TrueForAll(values, float.IsFinite))
            {
                throw new EngineException(
                    $"Semantic encoder '{_path}' gave '{_outputName}' of shape ({string.Join(", ", shape)}) for one "
                    + "frame, or values that are NaN or infinite. Allowed: finite numbers (1, tokens, size). Check its "
                    + "export.");
            }

            return new SemanticTokens((int)shape[1], (int)shape[2], values);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException($"Semantic encoder '{_path}' failed: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }

    private static IReadOnlyList<EncoderValue> Describe(IReadOnlyDictionary<string, NodeMetadata> values) =>
    [
        .. values.Select(pair => new EncoderValue(
            pair.Key, pair.Value.ElementType, pair.Value.Dimensions)),
    ];
}

/// <summary>What an encoder says about a frame.</summary>
/// <param name="Count">T, how many tokens.</param>
/// <param name="Size">D, numbers of a token.</param>
/// <param name="Values">(T, D), row-major: the input <c>tokens</c> of a network is (1, T, D).</param>
public sealed record SemanticTokens(int Count, int Size, float[] Values);
