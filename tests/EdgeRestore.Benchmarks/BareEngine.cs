using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Kernels;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace EdgeRestore.Benchmarks;

/// <summary>A graph in a loop of its engine and nothing else: the speed that serving is measured against.</summary>
internal sealed class BareEngine : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly OrtValue[] _values;

    public BareEngine(string path, int width, int height, int batch = 1)
    {
        using var options = new SessionOptions { IntraOpNumThreads = Environment.ProcessorCount };
        OnnxRuntimeLibrary.Load(null);
        _session = CpuSession.Open(path, options);
        long[] shape = [batch, height, width, 3];
        var frame = new byte[batch * width * height * 3];
        new Random(1).NextBytes(frame);
        _values =
        [
            OrtValue.CreateTensorValueFromMemory(frame, shape),
            OrtValue.CreateTensorValueFromMemory([1f], [1]),
            OrtValue.CreateTensorValueFromMemory(new byte[frame.Length], shape),
            OrtValue.CreateTensorValueFromMemory(new long[batch], [batch]),
        ];
        _binding = _session.CreateIoBinding();
        _binding.BindInput("frame", _values[0]);
        _binding.BindInput("strength", _values[1]);
        _binding.BindOutput("restored", _values[2]);
        _binding.BindOutput("nonfinite", _values[3]);
    }

    public void Run() => _session.RunWithBinding(_runOptions, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
    }
}
