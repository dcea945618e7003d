using System.Diagnostics;

namespace EdgeRestore.Training.Sampling;

/// <summary>Makes batches ahead of the step that needs them, in order, on a bounded number of workers.</summary>
/// <remarks>A batch is a function of its position, so the number of workers changes nothing but the waiting.</remarks>
internal sealed class BatchQueue<TBatch>(int workers)
{
    private readonly Queue<(long Position, Task<TBatch> Batch)> _pending = new();
    private readonly SemaphoreSlim _slots = new(workers);

    /// <summary>The batch at a position, and how long it was waited for; starts the ones that follow.</summary>
    /// <param name="position">Index of the batch's first sample.</param>
    /// <param name="stride">Samples in a batch.</param>
    /// <param name="make">Makes the batch that starts at a position; called on other threads.</param>
    public (TBatch Batch, TimeSpan Waited) Take(long position, int stride, Func<long, TBatch> make)
    {
        if (_pending.Count > 0 && _pending.Peek().Position != position)
        {
            Clear();
        }

        for (var ahead = _pending.Count; ahead <= workers * 2; ahead++)
        {
            Start(position + ((long)ahead * stride), make);
        }

        var started = Stopwatch.GetTimestamp();
        var batch = _pending.Dequeue().Batch.GetAwaiter().GetResult();
        return (batch, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Drops what was made ahead, when what follows is to be made differently.</summary>
    public void Clear() => _pending.Clear();

    private void Start(long position, Func<long, TBatch> make) =>
        _pending.Enqueue((position, Task.Run(async () =>
        {
            await _slots.WaitAsync();
            try
            {
                return make(position);
            }
            finally
            {
                _slots.Release();
            }
        })));
}
