using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>A graph of a package, or a copy of one, that runs one frame at a time on each calling thread.</summary>
internal sealed unsafe class FrameSession : IDisposable
{
    private readonly string _file;
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();

    /// <param name="file">What messages call the graph.</param>
    /// <param name="graph">Inputs <c>frame</c> and, where it has one, <c>strength</c>.</param>
    /// <exception cref="CalibrationException">ONNX Runtime refuses the graph.</exception>
    public FrameSession(string file, OnnxFile graph)
    {
        _file = file;
        try
        {
            using var options = new SessionOptions();

            // One thread: sums are then taken in one order, and the result does not depend on the machine's cores.
            options.IntraOpNumThreads = 1;
            options.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;

            // Tensors that are handed out would stay in the arena of each session that runs in its turn: SymUNet of width 48 took
            // 6.8 GB with arenas and 3.4 without, in less processor time.
            options.EnableCpuMemArena = false;

            // No optimisation: what is fused depends on which tensors are handed out, and would change their last bits.
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
            options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            _session = new InferenceSession(graph.ToBytes(), options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new CalibrationException(
                $"ONNX Runtime cannot load '{file}' for calibration: {exception.Message}", exception);
        }
    }

    /// <summary>Runs a frame; the caller disposes the outputs. Thread-safe.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(Frame frame, IReadOnlyCollection<string> outputs)
    {
        fixed (byte* pixels = frame.Pixels)
        {
            using var image = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.UInt8, [1, frame.Height, frame.Width, 3], (nint)pixels,
                frame.LengthBytes);
            using var strength = OrtValue.CreateTensorValueFromMemory([1f], [1]);
            var inputs = new Dictionary<string, OrtValue>(StringComparer.Ordinal) { ["frame"] = image };
            if (_session.InputMetadata.ContainsKey("strength"))
            {
                inputs.Add("strength", strength);
            }

            try
            {
                return _session.Run(_runOptions, inputs, outputs);
            }
            catch (OnnxRuntimeException exception)
            {
                throw new CalibrationException(
                    $"'{_file}' failed on a {frame.Width}x{frame.Height} frame: {exception.Message}", exception);
            }
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }
}
