using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>One way through all frames of a graph.</summary>
internal abstract class CalibrationPass(
    string file, IReadOnlyList<TensorStatistics> tensors, CalibrationSettings settings) : IDisposable
{
    private readonly object _held = new();
    private long _tapBytes;

    /// <summary>Frames that run side by side.</summary>
    public int Threads { get; } =
        settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount;

    /// <summary>Most bytes of tensors that were held at one time.</summary>
    public long PeakTapBytes { get; private set; }

    /// <summary>Whether a frame made values that are not finite: nothing of this is to be kept.</summary>
    public abstract bool HasFaults { get; }

    protected long MemoryBytes => settings.MemoryBytes;

    protected string File { get; } = file;

    protected IReadOnlyList<TensorStatistics> Tensors { get; } = tensors;

    /// <summary>Runs frames side by side and takes in what they gave.</summary>
    public void Run(IReadOnlyList<CalibrationFrame> wave)
    {
        var failures = new Exception?[wave.Count];
        Parallel.For(0, wave.Count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, index =>
        {
            try
            {
                Run(wave[index]);
            }
            catch (EdgeRestoreException exception)
            {
                failures[index] = exception;
            }
        });

        // The first frame's failure, whichever thread was first.
        if (failures.FirstOrDefault(failure => failure is not null) is { } first)
        {
            throw first;
        }
    }

    /// <summary>Says what was wrong with frames, once all have run.</summary>
    public abstract void Finish();

    public abstract void Dispose();

    protected abstract void Run(CalibrationFrame frame);

    /// <summary>Waits until so many bytes are free, and takes them.</summary>
    protected void Hold(long bytes)
    {
        lock (_held)
        {
            while (_tapBytes > 0 && _tapBytes + bytes > MemoryBytes)
            {
                Monitor.Wait(_held);
            }

            _tapBytes += bytes;
            PeakTapBytes = Math.Max(PeakTapBytes, _tapBytes);
        }
    }

    protected void Release(long bytes)
    {
        lock (_held)
        {
            _tapBytes -= bytes;
            Monitor.PulseAll(_held);
        }
    }
}
