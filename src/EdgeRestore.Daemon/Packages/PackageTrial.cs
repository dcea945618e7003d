using EdgeRestore.Inference;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Judges a version by its first frames in service. Thread-safe.</summary>
/// <param name="share">Of the streams that it takes.</param>
/// <param name="wantedGoodCount">Restored frames that make it good.</param>
/// <param name="maxBadCount">Frames that failed or were no picture, of which one more makes it bad.</param>
internal sealed class PackageTrial(double share, int wantedGoodCount, int maxBadCount)
{
    private readonly TaskCompletionSource<string?> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _goodCount;
    private int _badCount;
    private int _isDecided;

    public double Share { get; set; } = share;

    public int WantedGoodCount { get; } = wantedGoodCount;

    public int MaxBadCount { get; } = maxBadCount;

    public int GoodCount => Volatile.Read(ref _goodCount);

    public int BadCount => Volatile.Read(ref _badCount);

    /// <summary>Takes the version out, on the thread of the frame that decided; true when it did.</summary>
    public Func<bool>? TakeOut { get; set; }

    /// <summary>Whether <see cref="TakeOut"/> did.</summary>
    public bool IsTakenOut { get; private set; }

    /// <summary>Why the version is bad; null when it is good.</summary>
    public Task<string?> Verdict => _verdict.Task;

    public void Observe(in RestoreResult result)
    {
        if (result.Error == RestoreError.Engine || result is { Error: RestoreError.None, Detail: not null })
        {
            if (Interlocked.Increment(ref _badCount) > MaxBadCount && Interlocked.Exchange(ref _isDecided, 1) == 0)
            {
                IsTakenOut = TakeOut?.Invoke() ?? false;
                _verdict.TrySetResult($"{BadCount} of its first {GoodCount + BadCount} frames were bad, allowed are "
                    + $"{MaxBadCount}. The last one: {result.Detail}");
            }
        }

        // What passed through says nothing of the version.
        else if (result is { Error: RestoreError.None, Bypassed: false }
            && Interlocked.Increment(ref _goodCount) >= WantedGoodCount
            && Interlocked.Exchange(ref _isDecided, 1) == 0)
        {
            _verdict.TrySetResult(null);
        }
    }
}
