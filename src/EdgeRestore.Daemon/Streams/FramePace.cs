using EdgeRestore.Daemon.Settings;

namespace EdgeRestore.Daemon.Streams;

/// <summary>How fast one stream's frames are read, and how long the first may take; one thread at a time.</summary>
internal sealed class FramePace(PeerOptions options, TimeProvider clock) : IDisposable
{
    // A second's worth may come at once: cameras send in bursts, and what counts is the mean.
    private readonly long _period =
        options.MaxFramesPerSecond == 0 ? 0 : clock.TimestampFrequency / options.MaxFramesPerSecond;

    private readonly CancellationTokenSource _first = new(TimeSpan.FromSeconds(options.FirstFrameSeconds), clock);
    private long _due = clock.GetTimestamp();
    private bool _hasFrame;

    /// <summary>Cancelled when the first frame is late.</summary>
    public CancellationToken FirstFrameLate => _first.Token;

    /// <summary>
    /// Takes note of a frame that has arrived; before it goes on, since its answer may come first otherwise.
    /// </summary>
    public void Arrived()
    {
        if (!_hasFrame)
        {
            _hasFrame = true;
            _first.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Completes when the next frame may be read.</summary>
    public ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        if (_period == 0)
        {
            return ValueTask.CompletedTask;
        }

        var now = clock.GetTimestamp();
        _due = Math.Max(_due, now - clock.TimestampFrequency) + _period;
        return _due <= now
            ? ValueTask.CompletedTask
            : new ValueTask(Task.Delay(clock.GetElapsedTime(now, _due), clock, cancellationToken));
    }

    public void Dispose() => _first.Dispose();
}
