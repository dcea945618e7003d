using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Engines;

/// <summary>What can run a graph, fastest first.</summary>
internal enum ExecutionProvider
{
    TensorRt,
    Cuda,
    Cpu,
}

internal static class ExecutionProviderNames
{
    public static string ToName(this ExecutionProvider provider) => provider switch
    {
        ExecutionProvider.TensorRt => "tensorrt",
        ExecutionProvider.Cuda => "cuda",
        _ => "cpu",
    };

    /// <summary>The name that ONNX Runtime gives it.</summary>
    public static string ToRuntimeName(this ExecutionProvider provider) => provider switch
    {
        ExecutionProvider.TensorRt => "TensorrtExecutionProvider",
        ExecutionProvider.Cuda => "CUDAExecutionProvider",
        _ => "CPUExecutionProvider",
    };

    /// <summary>TensorRT is not among them: its sessions take options of their own, see <see
    /// cref="Engine.OpenTensorRt"/>.</summary>
    public static void AppendTo(this ExecutionProvider provider, SessionOptions options)
    {
        if (provider == ExecutionProvider.Cuda)
        {
            options.AppendExecutionProvider_CUDA();
        }
    }
}
