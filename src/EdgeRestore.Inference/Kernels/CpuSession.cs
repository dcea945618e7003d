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
        if (TryFuse(() => OnnxFile.Read(path), fused => fused.ToBytesInPlace()) is not { } fused)
        {
            return new InferenceSession(path, options);
        }

        options.AddSessionConfigEntry(FolderEntry, Path.GetDirectoryName(Path.GetFullPath(path)));
        return TryOpen(fused, options) ?? new InferenceSession(path, options);
    }

    /// <summary>Opens a graph that has its weights with it.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not take the graph.</exception>
    public static InferenceSession Open(OnnxFile file, SessionOptions options) =>
        (TryFuse(() => file, fused => fused.ToBytes()) is { } fused ? TryOpen(fused, options) : null)
        ?? new InferenceSession(file.ToBytes(), options);

    // What this reader does not know, ONNX Runtime may: it says what is wrong, if anything is.
    private static byte[]? TryFuse(Func<OnnxFile> read, Func<OnnxFile, byte[]> write)
    {
        try
        {
            return KernelLibrary.IsAvailable && KernelFusion.Apply(read()) is { } fused ? write(fused) : null;
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
