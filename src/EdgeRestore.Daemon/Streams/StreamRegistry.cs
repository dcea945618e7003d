using EdgeRestore.Protocol.V1;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Daemon.Streams;

/// <summary>The open streams, at most so many. Thread-safe.</summary>
internal sealed class StreamRegistry(int maxStreams, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly List<OpenedStream> _streams = [];
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

    /// <summary>Takes a place for a stream, which disposing it gives back; null when there is none.</summary>
    public OpenedStream? TryEnter()
    {
        lock (_gate)
        {
            if (_streams.Count == maxStreams)
            {
                return null;
            }

            var stream = new OpenedStream(this, ++_lastNumber);
            _streams.Add(stream);
            return stream;
        }
    }

    /// <summary>Sizes and routes that open streams have now, each once.</summary>
    public IReadOnlyList<FrameShape> ReadShapes()
    {
        lock (_gate)
        {
            return [.. _streams.Select(stream => stream.Shape).OfType<FrameShape>().Distinct()];
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
    internal sealed class OpenedStream(StreamRegistry registry, ulong number) : IDisposable
    {
        private readonly long _openedAt = registry.Clock.GetTimestamp();
        private volatile FrameShape? _shape;

        /// <summary>Its own among all streams since the start, from 1.</summary>
        public ulong Number { get; } = number;

        /// <summary>The daemon's name for it, until the client gives one.</summary>
        public string Name { get; set; } = $"stream-{number}";

        public Delivery Delivery { get; set; }

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
                registry._streams.Remove(this);
            }
        }
    }

    private TimeProvider Clock => clock;
}

/// <summary>What an engine must be ready for.</summary>
internal sealed record FrameShape(int Width, int Height, Degradation Route);
