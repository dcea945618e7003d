using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>One way through all frames of a graph.</summary>
internal abstract class CalibrationPass(string file, IReadOnlyList<TensorStatistics> tensors, int threads) : IDisposable
{
    private long _tapBytes;
    private long _peakTapBytes;

    /// <summary>Frames that run side by side.</summary>
    public int Threads { get; } = threads;

    public long PeakTapBytes => Interlocked.Read(ref _peakTapBytes);

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
    public virtual void Finish()
    {
    }

    public abstract void Dispose();

    protected abstract void Run(CalibrationFrame frame);

    protected void Hold(long bytes)
    {
        var held = Interlocked.Add(ref _tapBytes, bytes);
        for (var peak = PeakTapBytes; held > peak; peak = PeakTapBytes)
        {
            Interlocked.CompareExchange(ref _peakTapBytes, held, peak);
        }
    }

    protected void Release(long bytes) => Interlocked.Add(ref _tapBytes, -bytes);

    protected static int ThreadsOf(CalibrationSettings settings) =>
        settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount;
}
