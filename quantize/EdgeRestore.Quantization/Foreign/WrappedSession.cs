using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Quantization.Foreign;

/// <summary>A foreign graph that takes frames, one at a time, on the CPU provider.</summary>
internal sealed class WrappedSession : IDisposable
{
    private readonly InferenceSession _session;

    public WrappedSession(OnnxFile wrapped, int threads)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // Waiting threads would take the processor from the graph that is compared with this one.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        try
        {
            _session = new InferenceSession(wrapped.ToBytes(), options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new QuantizationException(
                $"ONNX Runtime does not take graph '{wrapped.Graph.Name}' as it was converted: {exception.Message} "
                + "Keep it in FP32.",
                exception);
        }
    }

    /// <summary>The float outputs, in the graph's order.</summary>
    public IReadOnlyList<float[]> Run(Frame frame)
    {
        try
        {
            using var results = _session.Run(
            [
                NamedOnnxValue.CreateFromTensor(
                    FrameInput.FrameName,
                    new DenseTensor<byte>(frame.Pixels.ToArray(), [1, frame.Height, frame.Width, 3])),
            ]);
            return [.. results.Where(result => result.ElementType == TensorElementType.Float)
                .Select(result => result.AsEnumerable<float>().ToArray())];
        }
        catch (OnnxRuntimeException exception)
        {
            throw new QuantizationException(
                $"The graph failed on a {frame.Width}x{frame.Height} frame: {exception.Message} If it takes other "
                + "sizes only, say which with --side.", exception);
        }
    }

    public void Dispose() => _session.Dispose();
}
