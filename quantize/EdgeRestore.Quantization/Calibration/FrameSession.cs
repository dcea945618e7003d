using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>A graph of a package, or a copy of one, that runs one frame at a time on each calling thread.</summary>
internal sealed unsafe class FrameSession : IDisposable
{
    private static readonly Lazy<OrtEnv> Arena = new(() =>
    {
        using var memory = new OrtMemoryInfo(
            OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);

        // Grows by what is asked for: doubled, it would reserve what nobody needs.
        const int AsAskedFor = 1;
        using var arena = new OrtArenaCfg(0, AsAskedFor, -1, -1);
        var environment = OrtEnv.Instance();
        environment.CreateAndRegisterAllocator(memory, arena);
        return environment;
    });

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

            // One arena for all: with one each, tensors that are handed out would stay in that of every session that
            // runs in its turn (SymUNet of width 48 took 6.8 GB, without any 3.4); without any, the system clears every
            // tensor's memory anew, a quarter of the time that such a run takes.
            _ = Arena.Value;
            options.AddSessionConfigEntry("session.use_env_allocators", "1");

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
