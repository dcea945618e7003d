using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Kernels;

/// <summary>Opens graphs for the CPU, with operators of our own where they fit.</summary>
internal static class CpuSession
{
    // Weights in files beside a graph stay there, so that sessions share their memory.
    private const string FolderEntry = "session.model_external_initializers_file_folder_path";

    /// <summary>Opens the graph of a file.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not take the graph.</exception>
    public static InferenceSession Open(string path, SessionOptions options)
    {
        if (!KernelLibrary.IsAvailable || TryFuse(path) is not { } fused)
        {
            return new InferenceSession(path, options);
        }

        options.AddSessionConfigEntry(FolderEntry, Path.GetDirectoryName(Path.GetFullPath(path)));
        return TryOpen(fused.ToBytesInPlace(), options) ?? new InferenceSession(path, options);
    }

    /// <summary>Opens a graph that has its weights with it.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not take the graph.</exception>
    public static InferenceSession Open(OnnxFile file, SessionOptions options) =>
        (KernelLibrary.IsAvailable && KernelFusion.Apply(file) is { } fused ? TryOpen(fused.ToBytes(), options) : null)
        ?? new InferenceSession(file.ToBytes(), options);

    // What this reader does not know, ONNX Runtime may: it says what is wrong, if anything is.
    private static OnnxFile? TryFuse(string path)
    {
        try
        {
            return KernelFusion.Apply(OnnxFile.Read(path));
        }
        catch (OnnxException)
        {
            return null;
        }
    }

    // A graph from elsewhere may have a pattern's operators on values of another rank, which shows here.
    private static InferenceSession? TryOpen(byte[] fused, SessionOptions options)
    {
        KernelLibrary.AddTo(options);
        try
        {
            return new InferenceSession(fused, options);
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }
}
