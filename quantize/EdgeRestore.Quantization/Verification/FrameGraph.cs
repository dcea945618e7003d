using EdgeRestore.Frames;
using EdgeRestore.Inference.Kernels;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Quantization.Verification;

/// <summary>A subnetwork's graph that runs frames, one at a time, on the CPU provider.</summary>
public sealed class FrameGraph : IDisposable
{
    private readonly InferenceSession session;

    /// <param name="file">The graph.</param>
    /// <param name="threads">Threads of one run; 0 for all.</param>
    /// <param name="usesKernels">Whether it runs as an engine does, or with ONNX Runtime's own operators alone.</param>
    /// <exception cref="QuantizationException">ONNX Runtime does not take the graph.</exception>
    public FrameGraph(OnnxFile file, int threads, bool usesKernels = true)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // Waiting threads would take the processor from the graph that is compared with this one.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        try
        {
            session = usesKernels ? CpuSession.Open(file, options) : new InferenceSession(file.ToBytes(), options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new QuantizationException(
                $"ONNX Runtime does not take graph '{file.Graph.Name}': {exception.Message}", exception);
        }
    }

    /// <summary>Restores a frame.</summary>
    /// <param name="input">Rgb24.</param>
    /// <param name="output">Rgb24 of the same size.</param>
    /// <returns>How many floats were NaN or infinite before they became bytes.</returns>
    public long Run(Frame input, Frame output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        int[] shape = [1, input.Height, input.Width, 3];
        using var results = session.Run(
        [
            NamedOnnxValue.CreateFromTensor("frame", new DenseTensor<byte>(input.Pixels.ToArray(), shape)),
            NamedOnnxValue.CreateFromTensor("strength", new DenseTensor<float>(new float[] { 1 }, [1])),
        ]);
        var restored = results.First(result => result.Name == "restored").AsTensor<byte>();
        ((DenseTensor<byte>)restored).Buffer.Span.CopyTo(output.Pixels);
        return results.First(result => result.Name == "nonfinite").AsTensor<long>().Sum();
    }

    public void Dispose() => session.Dispose();
}
