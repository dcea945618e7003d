using System.Threading.Channels;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Daemon.Streams;

/// <summary>One call that takes copies of frames: which ones, how many, and those that wait to be sent.</summary>
/// <remarks>Streams offer from their own threads; one reader reads. Disposing it gives the tap back.</remarks>
internal sealed class Tapping(FrameTap tap, TimeProvider clock) : IDisposable
{
    // A reader that is slow costs this many copies of memory, and then frames.
    private const int WaitingCount = 2;

    private readonly Lock _gate = new();
    private readonly Channel<Copy> _waiting = Channel.CreateBounded<Copy>(
        new BoundedChannelOptions(WaitingCount) { SingleReader = true });
    private readonly Dictionary<Degradation, (int Count, long At)> _taken = [];
    private int _count;
    private long _bytes;
    private uint _missed;
    private bool _isEnded;

    public required IReadOnlySet<Degradation> Routes { get; init; }

    public required int MaxFrames { get; init; }

    public required int MaxPerRoute { get; init; }

    public required long MaxBytes { get; init; }

    /// <summary>Least time between two frames; for one route it is as many times longer as there are routes.</summary>
    public required TimeSpan Interval { get; init; }

    public int Count => Volatile.Read(ref _count);

    public IAsyncEnumerable<Copy> ReadAllAsync(CancellationToken token) => _waiting.Reader.ReadAllAsync(token);

    /// <summary>
    /// Copies a frame when one is due; never waits, neither for the reader nor for another stream's copy.
    /// </summary>
    public void Offer(Frame input, Degradation route, float confidence)
    {
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            if (!_isEnded && IsDue(route))
            {
                Take(input, route, confidence);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    public void Dispose()
    {
        tap.Close(this);
        lock (_gate)
        {
            End();
        }

        while (_waiting.Reader.TryRead(out var copy))
        {
            copy.Dispose();
        }
    }

    private bool IsDue(Degradation route)
    {
        if (Routes.Count > 0 && !Routes.Contains(route))
        {
            return false;
        }

        // Each route gets its share of the rate; a route that is new need not wait for it.
        var (count, at) = _taken.GetValueOrDefault(route);
        return count < MaxPerRoute
            && (count == 0 || clock.GetElapsedTime(at) >= Interval * _taken.Count)
            && (_count == 0 || clock.GetElapsedTime(_taken.Values.Max(last => last.At)) >= Interval);
    }

    private void Take(Frame input, Degradation route, float confidence)
    {
        if (_bytes + input.LengthBytes > MaxBytes)
        {
            End();
            return;
        }

        if (_waiting.Reader.Count >= WaitingCount)
        {
            _missed++;
            return;
        }

        var pixels = Frame.Rent(input.Width, input.Height, input.Format);
        input.Pixels.CopyTo(pixels.Pixels);
        _waiting.Writer.TryWrite(new Copy(pixels, route, confidence, _missed));
        _missed = 0;
        _bytes += input.LengthBytes;
        _taken[route] = (_taken.GetValueOrDefault(route).Count + 1, clock.GetTimestamp());
        if (++_count >= MaxFrames)
        {
            End();
        }
    }

    private void End()
    {
        _isEnded = true;
        _waiting.Writer.TryComplete();
    }

    /// <summary>A frame on its way to whoever taps.</summary>
    public sealed record Copy(Frame Pixels, Degradation Route, float Confidence, uint Missed) : IDisposable
    {
        public void Dispose() => Pixels.Dispose();
    }
}
