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

    public static void AppendTo(this ExecutionProvider provider, SessionOptions options)
    {
        if (provider == ExecutionProvider.TensorRt)
        {
            options.AppendExecutionProvider_Tensorrt();
        }

        // TensorRT leaves what it cannot run to CUDA.
        if (provider is ExecutionProvider.TensorRt or ExecutionProvider.Cuda)
        {
            options.AppendExecutionProvider_CUDA();
        }
    }
}
