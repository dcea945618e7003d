using EdgeRestore.Daemon.Settings;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;

namespace EdgeRestore.Daemon.Streams;

/// <summary>Where streams offer their frames to the one who calibrates, if there is one. Thread-safe.</summary>
internal sealed class FrameTap(TimeProvider clock)
{
    private Tapping? _current;

    /// <summary>What is allowed.</summary>
    public TapOptions Options { get; init; } = new();

    /// <summary>Begins to take frames; null while another call does.</summary>
    /// <param name="routes">Routes wanted; empty for all.</param>
    /// <param name="maxFrames">Most frames, 0 for as many as are allowed.</param>
    /// <param name="maxPerRoute">Most frames of one route, 0 for no limit.</param>
    public Tapping? TryOpen(IReadOnlySet<Degradation> routes, uint maxFrames, uint maxPerRoute)
    {
        var tapping = new Tapping(this, clock)
        {
            Routes = routes,
            MaxFrames = maxFrames == 0 ? Options.MaxFrames : (int)Math.Min(maxFrames, Options.MaxFrames),
            MaxPerRoute = maxPerRoute == 0 ? int.MaxValue : (int)Math.Min(maxPerRoute, int.MaxValue),
            MaxBytes = (long)Options.MaxMegabytes << 20,
            Interval = TimeSpan.FromSeconds(1.0 / Options.FramesPerSecond),
        };
        return Interlocked.CompareExchange(ref _current, tapping, null) is null ? tapping : null;
    }

    /// <summary>
    /// Offers a frame that was restored, or was clear. Costs nothing where nobody taps, and never waits.
    /// </summary>
    public void Offer(Frame input, in RestoreResult result)
    {
        if (Volatile.Read(ref _current) is { } tapping && result.Error == RestoreError.None
            && result.Bypass is BypassReason.None or BypassReason.Clear)
        {
            tapping.Offer(input, result.Route, result.Confidence);
        }
    }

    public void Close(Tapping tapping) => Interlocked.CompareExchange(ref _current, null, tapping);
}
