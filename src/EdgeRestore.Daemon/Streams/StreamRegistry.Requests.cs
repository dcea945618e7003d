using EdgeRestore.Daemon.Security;

namespace EdgeRestore.Daemon.Streams;

/// <summary>Requests, which hold a place only while they are worked on, and wait for one in line until then.</summary>
internal sealed partial class StreamRegistry
{
    // A connection carries a hundred calls: at the default of 16 places a client has 12 in work, and 96 in line.
    private const int WaitingPerPlace = 8;

    private readonly LinkedList<Waiter> _waiting = [];

    /// <summary>Requests that wait for a place.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    private int MaxWaitingCount => maxStreams * WaitingPerPlace;

    private int MaxWaitingOfOne => _maxOfOne * WaitingPerPlace;

    /// <summary>
    /// Takes a place for a request, which disposing it gives back. Waits where another request has to give its place
    /// back first; where all are cameras' there is nothing to wait for.
    /// </summary>
    /// <returns>The place, or null and why there is none.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was one.</exception>
    public async ValueTask<(OpenedStream? Place, PlaceRefusal Refusal)> EnterAsync(
        Peer peer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (Enter(peer, isRequest: true, out var refusal) is { } place)
            {
                return (place, PlaceRefusal.None);
            }

            refusal = FindHopelessness(peer) is not PlaceRefusal.None and var hopeless ? hopeless
                : _waiting.Count == MaxWaitingCount ? PlaceRefusal.TooManyWait
                : _waiting.Count(waiting => waiting.Peer == peer) == MaxWaitingOfOne ? PlaceRefusal.PeerWaitsEnough
                : PlaceRefusal.None;
            if (refusal != PlaceRefusal.None)
            {
                return (null, refusal);
            }

            waiter = new Waiter(peer);
            _waiting.AddLast(waiter);
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (registry, waiter) = ((StreamRegistry, Waiter))state!;
                lock (registry._gate)
                {
                    if (waiter.Place.TrySetCanceled(token))
                    {
                        registry._waiting.Remove(waiter);
                    }
                }
            },
            (this, waiter));
        return await waiter.Place.Task;
    }

    // To whoever has waited longest and has not its share: so no place is free while somebody waits who may have it.
    private void HandOut()
    {
        var node = _waiting.First;
        while (node is not null && _streams.Count < maxStreams)
        {
            var next = node.Next;
            if (Enter(node.Value.Peer, isRequest: true, out _) is { } place)
            {
                _waiting.Remove(node);
                node.Value.Place.SetResult((place, PlaceRefusal.None));
            }

            node = next;
        }

        DismissHopeless();
    }

    // Places that a request waited for may have become cameras', which go on for months.
    private void DismissHopeless()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (FindHopelessness(node.Value.Peer) is not PlaceRefusal.None and var refusal)
            {
                _waiting.Remove(node);
                node.Value.Place.SetResult((null, refusal));
            }

            node = next;
        }
    }

    // Why no place will come free for a peer's request by the end of others.
    private PlaceRefusal FindHopelessness(Peer peer) =>
        _streams.Count(open => !open.IsRequest && open.Peer == peer) >= _maxOfOne ? PlaceRefusal.PeerHasItsShare
        : _streams.Count == maxStreams && !_streams.Any(open => open.IsRequest) ? PlaceRefusal.AllTaken
        : PlaceRefusal.None;

    private sealed class Waiter(Peer peer)
    {
        public Peer Peer => peer;

        // Whoever gives a place back must not go on with the next request on its own thread.
        public TaskCompletionSource<(OpenedStream? Place, PlaceRefusal Refusal)> Place { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
