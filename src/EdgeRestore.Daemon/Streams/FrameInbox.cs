using System.Runtime.CompilerServices;
using System.Threading.Channels;
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

    // One for each frame added. Waiting for it allocates nothing.
    private readonly Channel<bool> _filled = Channel.CreateUnbounded<bool>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly SemaphoreSlim? _room = settings.IsLive ? null : new SemaphoreSlim(LosslessDepth);
    private DroppedFrames? _dropped;
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

        _filled.Writer.TryWrite(true);
    }

    /// <summary>Takes the oldest waiting frame; null when the last has been taken, or all were given back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StreamFrame?> TakeAsync()
    {
        while (await _filled.Reader.WaitToReadAsync())
        {
            _filled.Reader.TryRead(out _);
            StreamFrame? frame;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out frame))
                {
                    continue;
                }

                frame.Dropped = _dropped;
                _dropped = null;
            }

            _room?.Release();
            return frame;
        }

        return null;
    }

    /// <summary>Says that no more frames come.</summary>
    public void Complete() => _filled.Writer.TryComplete();

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

        Complete();
    }

    public void Dispose()
    {
        Clear();
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
