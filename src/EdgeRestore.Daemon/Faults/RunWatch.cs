namespace EdgeRestore.Daemon.Faults;

/// <summary>
/// The computations in flight and when they began. Thread-safe; costs a frame two interlocked writes.
/// </summary>
internal sealed class RunWatch(TimeProvider clock)
{
    // Many more than are computed at once; what finds no place goes unwatched.
    private const int PlaceCount = 64;
    private const int NoPlace = -1;

    private readonly Place[] _places = new Place[PlaceCount];

    /// <summary>Notes a computation; what it returns goes to <see cref="End"/>.</summary>
    public int Begin(ulong streamNumber)
    {
        // 0 is a free place.
        var now = clock.GetTimestamp() | 1;
        for (var index = 0; index < PlaceCount; index++)
        {
            if (Interlocked.CompareExchange(ref _places[index].StartedAt, now, 0) == 0)
            {
                _places[index].StreamNumber = streamNumber;
                return index;
            }
        }

        return NoPlace;
    }

    public void End(int place)
    {
        if (place != NoPlace)
        {
            Volatile.Write(ref _places[place].StartedAt, 0);
        }
    }

    /// <summary>Computations in flight, oldest first.</summary>
    public IReadOnlyList<(ulong StreamNumber, TimeSpan Age)> Read()
    {
        var runs = new List<(ulong StreamNumber, TimeSpan Age)>();
        for (var index = 0; index < PlaceCount; index++)
        {
            // In place: of a copy of the element, a volatile read would say nothing.
            var startedAt = Volatile.Read(ref _places[index].StartedAt);
            if (startedAt != 0)
            {
                runs.Add((_places[index].StreamNumber, clock.GetElapsedTime(startedAt)));
            }
        }

        return [.. runs.OrderByDescending(run => run.Age)];
    }

    private struct Place
    {
        public long StartedAt;
        public ulong StreamNumber;
    }
}
