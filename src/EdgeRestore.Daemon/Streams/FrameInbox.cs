using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Streams;

/// <summary>Frames that have arrived and wait, of one stream; one thread adds, another takes.</summary>
/// <remarks>
/// LOSSLESS makes the adder wait, and with it, through flow control, the sender. LIVE makes room by dropping the
/// oldest, and hands the list of those dropped to the next frame that is taken: it alone is sure to be answered.
/// </remarks>
internal sealed class FrameInbox(StreamSettings settings, FrameCounter counter, DaemonMetrics metrics) : IDisposable
{
    // Enough that decoding never waits for the network; each one holds a payload.
    public const int LosslessDepth = 2;

    private readonly Lock _gate = new();
    private readonly Queue<StreamFrame> _waiting = new();
    private readonly SemaphoreSlim _filled = new(0);
    private readonly SemaphoreSlim? _room = settings.IsLive ? null : new SemaphoreSlim(LosslessDepth);
    private DroppedFrames? _dropped;
    private bool _isComplete;
    private bool _isCleared;

    /// <summary>Adds a frame, whose owner the inbox becomes.</summary>
    public async ValueTask AddAsync(StreamFrame frame, CancellationToken cancellationToken)
    {
        if (_room is not null)
        {
            try
            {
                await _room.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                frame.Dispose();
                throw;
            }
        }

        lock (_gate)
        {
            if (_isCleared)
            {
                frame.Dispose();
                return;
            }

            if (settings.IsLive && _waiting.Count == settings.LiveDepth)
            {
                Drop(_waiting.Dequeue());
                _waiting.Enqueue(frame);
                return;
            }

            _waiting.Enqueue(frame);
        }

        _filled.Release();
    }

    /// <summary>Takes the oldest waiting frame; null when the last has been taken.</summary>
    public async ValueTask<StreamFrame?> TakeAsync(CancellationToken cancellationToken)
    {
        await _filled.WaitAsync(cancellationToken);
        StreamFrame frame;
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return null;
            }

            frame = _waiting.Dequeue();
            frame.Dropped = _dropped;
            _dropped = null;
        }

        _room?.Release();
        return frame;
    }

    /// <summary>Says that no more frames come.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            if (_isComplete)
            {
                return;
            }

            _isComplete = true;
        }

        _filled.Release();
    }

    /// <summary>Gives back every frame that waits, and those that still come.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _isCleared = true;
            while (_waiting.TryDequeue(out var frame))
            {
                frame.Dispose();
            }
        }
    }

    public void Dispose()
    {
        Clear();
        _filled.Dispose();
        _room?.Dispose();
    }

    private void Drop(StreamFrame frame)
    {
        _dropped ??= new DroppedFrames();
        _dropped.Count++;
        if (_dropped.Frames.Count == WireLimits.MaxDroppedNamed)
        {
            _dropped.Frames.RemoveAt(0);
        }

        _dropped.Frames.Add(new DroppedFrame { Sequence = frame.Sequence, Reason = DropReason.Superseded });
        counter.AddDropped();
        metrics.FrameDropped("superseded");
        frame.Dispose();
    }
}
