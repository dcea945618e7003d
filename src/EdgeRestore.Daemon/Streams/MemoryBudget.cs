using System.Runtime.InteropServices;
using EdgeRestore.Daemon.Security;

namespace EdgeRestore.Daemon.Streams;

/// <summary>
/// Memory that frames may take, over all streams. A stream reserves what it needs at most, so no stream can take what
/// another one counts on, and none ever waits for memory. Thread-safe.
/// </summary>
internal sealed class MemoryBudget(long maxBytes, int sharePercent)
{
    /// <summary>One stream gets no more than this part of all.</summary>
    public const int StreamShare = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<Peer, long> _bytesByPeer = [];
    private long _reservedBytes;

    public long MaxBytes => maxBytes;

    public long ReservedBytes => Interlocked.Read(ref _reservedBytes);

    public long FreeBytes => maxBytes - ReservedBytes;

    /// <summary>Of all, what the streams of one peer get at most together.</summary>
    public int SharePercent => sharePercent;

    /// <summary>The share of one stream, of nothing so far.</summary>
    public Reservation Reserve(Peer peer) => new(this, peer);

    /// <summary>
    /// What a stream's frames take at most: (1) payloads that arrive, wait for room, or wait in the inbox, (2) frames
    /// and results, and payloads that are kept, between decoding and the end of their computation, (3) results, or
    /// payloads that go back, that wait to be sent or are.
    /// </summary>
    /// <param name="payloadBytes">Of the largest frame as sent.</param>
    /// <param name="pixelBytes">Of the same as RGB.</param>
    /// <param name="replyBytes">Of its result in the form that is sent; RGB is sent from where it lies.</param>
    /// <param name="keepsPayloads">Whether payloads are kept while their frames are computed.</param>
    /// <param name="isLive">Whether the stream is LIVE, with <paramref name="liveDepth"/> frames that may wait.</param>
    public static long NeedOf(
        long payloadBytes, long pixelBytes, long replyBytes, bool keepsPayloads, bool isLive, int liveDepth)
    {
        var keptBytes = keepsPayloads ? payloadBytes : 0;
        var waiting = isLive ? liveDepth : FrameInbox.LosslessDepth;
        var entered = isLive ? FramePipeline.LiveEnteredCount : FramePipeline.LosslessEnteredCount;
        return ((waiting + 2) * payloadBytes) + (entered * (keptBytes + (2 * pixelBytes)))
            + (FramePipeline.LeavingCount * Math.Max(pixelBytes, keptBytes))
            + Math.Max(pixelBytes + replyBytes, keptBytes);
    }

    /// <summary>One stream's share; disposing it gives it back. Thread-safe.</summary>
    internal sealed class Reservation(MemoryBudget budget, Peer peer) : IDisposable
    {
        private long _bytes;

        /// <summary>Raises the share where it is less; whether there was room for that.</summary>
        public bool TryRaiseTo(long bytes)
        {
            lock (budget._gate)
            {
                if (bytes <= _bytes)
                {
                    return true;
                }

                var more = bytes - _bytes;
                var peers = budget._bytesByPeer.GetValueOrDefault(peer) + more;
                if (bytes > budget.MaxBytes / StreamShare || peers > budget.MaxBytes / 100 * budget.SharePercent
                    || more > budget.MaxBytes - budget._reservedBytes)
                {
                    return false;
                }

                budget._bytesByPeer[peer] = peers;
                budget._reservedBytes += more;
                _bytes = bytes;
                return true;
            }
        }

        public void Dispose()
        {
            lock (budget._gate)
            {
                budget._reservedBytes -= _bytes;
                ref var peers = ref CollectionsMarshal.GetValueRefOrNullRef(budget._bytesByPeer, peer);
                if (_bytes > 0 && (peers -= _bytes) == 0)
                {
                    budget._bytesByPeer.Remove(peer);
                }

                _bytes = 0;
            }
        }
    }
}
