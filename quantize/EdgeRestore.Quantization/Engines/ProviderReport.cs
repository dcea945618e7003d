using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;

namespace EdgeRestore.Quantization.Engines;

/// <summary>Which providers this machine could have, library by library, and what runs frames meanwhile.</summary>
internal sealed class ProviderReport
{
    private ProviderReport(ProviderLibraries tensorRt, ProviderLibraries cuda) => (TensorRt, Cuda) = (tensorRt, cuda);

    public ProviderLibraries TensorRt { get; }

    public ProviderLibraries Cuda { get; }

    /// <summary>What a daemon uses until there are engines.</summary>
    public string Instead => Cuda.IsComplete ? "cuda" : "cpu";

    /// <exception cref="EngineException">ONNX Runtime itself is missing.</exception>
    public static ProviderReport Read(string? onnxRuntimeDirectory) => new(
        ProviderLibraries.Find(ExecutionProvider.TensorRt, onnxRuntimeDirectory),
        ProviderLibraries.Find(ExecutionProvider.Cuda, onnxRuntimeDirectory));

    internal static ProviderReport Of(ProviderLibraries tensorRt, ProviderLibraries cuda) => new(tensorRt, cuda);

    /// <summary>A line for each library.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            foreach (var provider in new[] { TensorRt, Cuda })
            {
                yield return provider.IsComplete
                    ? $"{provider.Provider}: every library is there"
                    : $"{provider.Provider}: {provider.Missing.Count} of {provider.All.Count} libraries are missing";
                foreach (var library in provider.All)
                {
                    yield return library.Path is { } path
                        ? $"  {library.Name}: {path}"
                        : $"  {library.Name}: {library.Problem}";
                }
            }

            yield return $"Looked in {ProviderLibraries.SearchedPlaces}.";
        }
    }

    /// <summary>Why TensorRT cannot run here; null when all libraries are there.</summary>
    public string? Gap => new[] { TensorRt, Cuda }.FirstOrDefault(provider => !provider.IsComplete) is { } lacking
        ? $"TensorRT cannot run on this machine, {lacking.Missing.Count} of {lacking.All.Count} libraries of "
            + $"{lacking.Provider} are missing ('quantize engine build' names them)"
        : null;

    /// <exception cref="QuantizationException">TensorRT cannot run here: which libraries, and what runs
    /// instead.</exception>
    public void RequireTensorRt()
    {
        // What TensorRT cannot take runs on CUDA, and the provider does not open without it.
        if (!TensorRt.IsComplete || !Cuda.IsComplete)
        {
            throw new QuantizationException(
                $"TensorRT cannot run on this machine. {string.Join(Environment.NewLine, Lines.Prepend("Libraries:"))}"
                + Environment.NewLine
                + $"Nothing was built; frames run on {Instead} meanwhile. Install what is missing, or name JetPack's "
                + "ONNX Runtime with --onnxruntime. 'quantize engine plan --for DEVICE' works without TensorRT, and "
                + "its plan is built on the device.");
        }
    }
}
