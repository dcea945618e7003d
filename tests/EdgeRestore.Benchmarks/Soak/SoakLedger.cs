using System.Collections.Concurrent;

namespace EdgeRestore.Benchmarks.Soak;

/// <summary>What became of every frame of a soak. Thread-safe.</summary>
/// <param name="control">none, or how replies are tampered with before they are looked at.</param>
internal sealed class SoakLedger(string control)
{
    // Enough to see what is wrong.
    private const int MaxFaultCount = 20;

    private readonly ConcurrentQueue<string> _faults = [];
    private long _answered;
    private long _dropped;
    private long _refused;
    private long _streams;
    private long _failed;
    private long _reloads;
    private long _full;
    private int _tampered;

    public IReadOnlyCollection<string> Faults => _faults;

    public long AnsweredCount => Interlocked.Read(ref _answered);

    public long DroppedCount => Interlocked.Read(ref _dropped);

    public long RefusedCount => Interlocked.Read(ref _refused);

    public long StreamCount => Interlocked.Read(ref _streams);

    /// <summary>Frames that the subnetwork failed on, as it had to.</summary>
    public long FailedCount => Interlocked.Read(ref _failed);

    public long ReloadCount => Interlocked.Read(ref _reloads);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    /// <summary>Streams that found every place taken by those that had vanished, and tried again.</summary>
    public long FullCount => Interlocked.Read(ref _full);

    public void CountFull() => Interlocked.Increment(ref _full);

    public void CountReload() => Interlocked.Increment(ref _reloads);

    public void CountStream() => Interlocked.Increment(ref _streams);

    public void CountAnswered() => Interlocked.Increment(ref _answered);

    public void CountDropped(ulong count) => Interlocked.Add(ref _dropped, (long)count);

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void Fault(string fault)
    {
        if (_faults.Count < MaxFaultCount)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>Whether this reply is the one that the control throws away or swaps with the next.</summary>
    public bool IsTamperedWith(string kind) =>
        control == kind && AnsweredCount > 100 && Interlocked.Exchange(ref _tampered, 1) == 0;
}
