using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Semantics;

/// <summary>
/// A selecting network steered by each frame's own embedding, not snapped to the class nearest to it: to compare with
/// what a package does, never to serve.
/// </summary>
/// <remarks>
/// The embedding is that of the package's classifier; the network is what <c>export onnx --embedding</c> writes. On the
/// CPU. Not thread-safe.
/// </remarks>
public sealed class UnsnappedRestorer : IDisposable
{
    private const string Whole = "image";

    private readonly string _path;
    private readonly InferenceSession _classifier;
    private readonly InferenceSession _network;
    private readonly RunOptions _runOptions = new();
    private readonly ClassifierInput _input = new();

    private UnsnappedRestorer(string path, InferenceSession classifier, InferenceSession network)
    {
        _path = path;
        _classifier = classifier;
        _network = network;
    }

    /// <summary>Opens both networks.</summary>
    /// <param name="path">The ONNX file: frame, strength and embedding to restored.</param>
    /// <param name="package">Whose classifier gives the embeddings.</param>
    /// <param name="options">Threads, and where ONNX Runtime is.</param>
    /// <exception cref="EngineException">The file is no such network, or its prompts are of another size.</exception>
    public static UnsnappedRestorer Load(string path, ModelPackage package, RestorerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(options);
        OnnxRuntimeLibrary.Load(options.OnnxRuntimeDirectory);
        var classifier = Open(package.GetPath(package.Manifest.Classifier.File), options);
        InferenceSession? network = null;
        try
        {
            network = Open(path, options);
            var given = classifier.OutputMetadata["embedding"].Dimensions[^1];
            var taken = network.InputMetadata.TryGetValue("embedding", out var embedding)
                ? embedding.Dimensions[^1]
                : throw new EngineException(
                    $"'{path}' takes {string.Join(", ", network.InputMetadata.Keys)} and no embedding. Write it with: "
                    + "export onnx --embedding.");
            return given == taken
                ? new UnsnappedRestorer(path, classifier, network)
                : throw new EngineException(
                    $"'{path}' takes embeddings of {taken} numbers, and the classifier of package "
                    + $"'{package.Manifest.Name}' gives {given}. Train the classifier on the same prompts: "
                    + $"configuration: {{ embeddingSize: {taken} }} and selection.prompts in its recipe.");
        }
        catch
        {
            classifier.Dispose();
            network?.Dispose();
            throw;
        }
    }

    /// <summary>Restores a frame by its own embedding.</summary>
    /// <param name="input">Rgb24.</param>
    /// <param name="output">Rgb24 of the same size.</param>
    /// <exception cref="EngineException">A run failed, or its result is not finite.</exception>
    public void Restore(Frame input, Frame output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        try
        {
            var embedding = Embed(input);
            using var frame = OrtValue.CreateTensorValueFromMemory(
                input.Pixels.ToArray(), [1, input.Height, input.Width, 3]);
            using var strength = OrtValue.CreateTensorValueFromMemory(new[] { 1f }, [1]);
            using var prompt = OrtValue.CreateTensorValueFromMemory(embedding, [1, embedding.Length]);
            using var results = _network.Run(
                _runOptions, ["frame", "strength", "embedding"], [frame, strength, prompt], ["restored", "nonfinite"]);
            if (results[1].GetTensorDataAsSpan<long>()[0] > 0)
            {
                throw new EngineException($"'{_path}' gave values that are NaN or infinite.");
            }

            results[0].GetTensorDataAsSpan<byte>().CopyTo(output.Pixels);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException($"'{_path}' failed: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        _classifier.Dispose();
        _network.Dispose();
        _runOptions.Dispose();
    }

    private float[] Embed(Frame frame)
    {
        if (_classifier.InputMetadata.TryGetValue(Whole, out var whole))
        {
            var side = whole.Dimensions[1];
            var picture = new byte[side * side * 3];
            _input.FillWhole(frame, side, picture);
            using var image = OrtValue.CreateTensorValueFromMemory(picture, [1, side, side, 3]);
            using var only = _classifier.Run(_runOptions, [Whole], [image], ["embedding"]);
            return only[0].GetTensorDataAsSpan<float>().ToArray();
        }

        var thumbnail = new byte[ClassifierInput.ThumbnailLengthBytes];
        var crops = new byte[ClassifierInput.CropsLengthBytes];
        _input.Fill(frame, thumbnail, crops);
        using var first = OrtValue.CreateTensorValueFromMemory(
            thumbnail, [1, ClassifierInput.ThumbnailSide, ClassifierInput.ThumbnailSide, 3]);
        using var second = OrtValue.CreateTensorValueFromMemory(
            crops, [1, ClassifierInput.CropsSide, ClassifierInput.CropsSide, 3]);
        using var both = _classifier.Run(_runOptions, ["thumbnail", "crops"], [first, second], ["embedding"]);
        return both[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static InferenceSession Open(string path, RestorerOptions options)
    {
        try
        {
            using var sessionOptions = new SessionOptions();
            sessionOptions.IntraOpNumThreads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
            sessionOptions.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            return new InferenceSession(path, sessionOptions);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or IOException)
        {
            throw new EngineException(
                $"'{path}' cannot be loaded: {exception.Message} Name an ONNX file that export onnx --embedding wrote.",
                exception);
        }
    }
}
