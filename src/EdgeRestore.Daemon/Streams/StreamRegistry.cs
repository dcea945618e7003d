using System.Runtime.InteropServices;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Daemon.Streams;

/// <summary>The open streams, at most so many, and of one peer at most a share of those. Thread-safe.</summary>
internal sealed partial class StreamRegistry(int maxStreams, int sharePercent, TimeProvider clock)
{
    // Half of what a warm-up takes through a new version.
    private const int MaxLeftCount = 8;

    private readonly Lock _gate = new();
    private readonly List<OpenedStream> _streams = [];
    private readonly Dictionary<Peer, int> _countByPeer = [];

    // Of places given back, the latest last: requests that come one by one hold a place while they run, and come again.
    private readonly List<FrameShape> _left = [];

    // Rounded up: where there are three places or fewer one peer may have them all, since they are few for anybody.
    private readonly int _maxOfOne = (int)(((maxStreams * (long)sharePercent) + 99) / 100);

    private ulong _lastNumber;
    private int _openingCount;

    /// <summary>Frames of all streams since the start.</summary>
    public FrameCounter Total { get; } = new();

    public int OpenCount
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Calls that have not opened their stream yet; they take no place.</summary>
    public int OpeningCount => Volatile.Read(ref _openingCount);

    /// <summary>Counts a call as opening, until disposed.</summary>
    public Opening EnterOpening()
    {
        Interlocked.Increment(ref _openingCount);
        return new Opening(this);
    }

    /// <summary>Takes a place for a stream, which disposing it gives back; null, and why, when there is none.</summary>
    public OpenedStream? TryEnter(Peer peer, out PlaceRefusal refusal)
    {
        lock (_gate)
        {
            var stream = Enter(peer, isRequest: false, out refusal);
            DismissHopeless();
            return stream;
        }
    }

    /// <summary>Why there is no place, as it is told.</summary>
    public Status Explain(PlaceRefusal refusal) => refusal switch
    {
        PlaceRefusal.PeerHasItsShare => WireStatus.TooManyStreamsOfOne(_maxOfOne, maxStreams, sharePercent),
        PlaceRefusal.TooManyWait => WireStatus.TooManyRequests(MaxWaitingCount, maxStreams),
        PlaceRefusal.PeerWaitsEnough => WireStatus.TooManyRequestsOfOne(MaxWaitingOfOne, maxStreams, sharePercent),
        _ => WireStatus.TooManyStreams(maxStreams),
    };

    /// <summary>
    /// Sizes and routes that open streams have now, then those that they may come to have; each once.
    /// </summary>
    public IReadOnlyList<FrameShape> ReadShapes()
    {
        lock (_gate)
        {
            var taken = _streams.Select(stream => stream.Shape).OfType<FrameShape>();
            var possible = _streams.Where(stream => stream.Shape is not null)
                .SelectMany(stream => stream.Routes.Select(route => stream.Shape! with { Route = route }));
            return [.. taken.Concat(possible).Distinct()];
        }
    }

    /// <summary>Those of streams and requests that have ended, the latest first.</summary>
    public IReadOnlyList<FrameShape> ReadLeftShapes()
    {
        lock (_gate)
        {
            return [.. _left.AsEnumerable().Reverse()];
        }
    }

    /// <summary>Names of open streams by their numbers.</summary>
    public IReadOnlyDictionary<ulong, string> ReadNames()
    {
        lock (_gate)
        {
            return _streams.ToDictionary(stream => stream.Number, stream => stream.Name);
        }
    }

    public IReadOnlyList<StreamStatus> ReadStatus()
    {
        lock (_gate)
        {
            return [.. _streams.Select(stream => stream.ReadStatus())];
        }
    }

    internal readonly struct Opening(StreamRegistry registry) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref registry._openingCount);
    }

    /// <summary>One stream's place.</summary>
    internal sealed class OpenedStream(StreamRegistry registry, ulong number, Peer peer, bool isRequest = false)
        : IDisposable
    {
        private readonly long _openedAt = registry.Clock.GetTimestamp();
        private volatile FrameShape? _shape;

        /// <summary>Its own among all streams since the start, from 1.</summary>
        public ulong Number { get; } = number;

        public Peer Peer => peer;

        /// <summary>Whether it is a request's, which is over soon, and not a camera's.</summary>
        public bool IsRequest => isRequest;

        /// <summary>The daemon's name for it, until the client gives one.</summary>
        public string Name { get; set; } = $"stream-{number}";

        public Delivery Delivery { get; set; }

        /// <summary>Routes that its frames may take.</summary>
        public IReadOnlyCollection<Degradation> Routes { get; set; } = [];

        /// <summary>Of the last frame that was restored; null before the first.</summary>
        public FrameShape? Shape => _shape;

        public FrameCounter Frames { get; } = new(registry.Total);

        public TimeSpan OpenTime => registry.Clock.GetElapsedTime(_openedAt);

        public void Observe(int width, int height, Degradation route)
        {
            if (_shape is not { } shape || shape.Width != width || shape.Height != height || shape.Route != route)
            {
                _shape = new FrameShape(width, height, route);
            }
        }

        public StreamStatus ReadStatus() => new()
        {
            StreamName = Name,
            Delivery = Delivery,
            OpenMs = (ulong)OpenTime.TotalMilliseconds,
            Frames = Frames.Read(),
        };

        public void Dispose()
        {
            lock (registry._gate)
            {
                if (registry._streams.Remove(this))
                {
                    registry.Keep(_shape);
                    registry.Forget(peer, --CollectionsMarshal.GetValueRefOrNullRef(registry._countByPeer, peer));
                    registry.HandOut();
                }
            }
        }
    }

    private TimeProvider Clock => clock;

    private OpenedStream? Enter(Peer peer, bool isRequest, out PlaceRefusal refusal)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_countByPeer, peer, out _);
        refusal = _streams.Count == maxStreams ? PlaceRefusal.AllTaken
            : count == _maxOfOne ? PlaceRefusal.PeerHasItsShare
            : PlaceRefusal.None;
        if (refusal != PlaceRefusal.None)
        {
            Forget(peer, count);
            return null;
        }

        count++;
        var stream = new OpenedStream(this, ++_lastNumber, peer, isRequest);
        _streams.Add(stream);
        return stream;
    }

    private void Keep(FrameShape? shape)
    {
        if (shape is not null)
        {
            _left.Remove(shape);
            _left.Add(shape);
            if (_left.Count > MaxLeftCount)
            {
                _left.RemoveAt(0);
            }
        }
    }

    // Peers come and go for months.
    private void Forget(Peer peer, int count)
    {
        if (count == 0)
        {
            _countByPeer.Remove(peer);
        }
    }
}

/// <summary>Why a stream or a request gets no place.</summary>
internal enum PlaceRefusal
{
    None,

    /// <summary>Nobody gets one.</summary>
    AllTaken,

    /// <summary>Others still get one.</summary>
    PeerHasItsShare,

    /// <summary>As many requests wait for a place as may.</summary>
    TooManyWait,

    /// <summary>As many requests of this peer wait for a place as may; others still get in line.</summary>
    PeerWaitsEnough,
}

/// <summary>What an engine must be ready for.</summary>
internal sealed record FrameShape(int Width, int Height, Degradation Route);
