using EdgeRestore.Daemon.Faults;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Which package the next frame takes: read without a lock by every frame, changed in one step.</summary>
internal sealed class PackageSwitch(ServedPackage first, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private volatile State _state = new(first, null, 0);

    /// <summary>The frames that are inside, for the watch over those that never come out.</summary>
    public RunWatch Runs { get; } = new(clock);

    /// <summary>What is served where no version is on trial, and returned to when one fails.</summary>
    public ServedPackage Current => _state.Current;

    /// <summary>The version on trial.</summary>
    public ServedPackage? Candidate => _state.Candidate;

    /// <summary>What takes new streams: the version on trial when that is for all of them.</summary>
    public ServedPackage Leading => _state is { Candidate: { } candidate, Share: >= 1 } ? candidate : _state.Current;

    /// <summary>The right of one frame to a package, which disposing gives back.</summary>
    /// <param name="streamNumber">Its stream keeps to one side while some streams go to a candidate.</param>
    public PackageLease Lease(ulong streamNumber)
    {
        while (true)
        {
            // Retired between the two steps: the switch has another one by then.
            var state = _state;
            var served = state.Candidate is { } candidate && IsInShare(streamNumber, state.Share)
                ? candidate : state.Current;
            if (served.TryEnter())
            {
                return new PackageLease(served, Runs, Runs.Begin(streamNumber));
            }
        }
    }

    /// <summary>Sends a share of the streams to a version; the one before stays where it is.</summary>
    public void Try(ServedPackage candidate, double share)
    {
        lock (_gate)
        {
            _state = new State(_state.Current, candidate, share);
        }
    }

    /// <summary>Makes the version on trial the current one, and retires the one before.</summary>
    /// <returns>False when it is not on trial any more.</returns>
    public bool TryPromote(ServedPackage candidate)
    {
        lock (_gate)
        {
            if (_state.Candidate != candidate)
            {
                return false;
            }

            var before = _state.Current;
            _state = new State(candidate, null, 0);
            before.Retire();
            return true;
        }
    }

    /// <summary>Ends a trial: every stream's next frame goes to the current version again.</summary>
    /// <returns>False when it is not on trial any more.</returns>
    public bool TryDrop(ServedPackage candidate)
    {
        lock (_gate)
        {
            if (_state.Candidate != candidate)
            {
                return false;
            }

            _state = new State(_state.Current, null, 0);
            candidate.Retire();
            return true;
        }
    }

    /// <summary>Serves a version without a trial, and retires the one before.</summary>
    public void Replace(ServedPackage current)
    {
        lock (_gate)
        {
            var before = _state.Current;
            _state = new State(current, _state.Candidate, _state.Share);
            before.Retire();
        }
    }

    /// <summary>Frees what is served; no frame may come any more.</summary>
    public void Dispose()
    {
        foreach (var served in new[] { _state.Candidate, _state.Current })
        {
            served?.Retire();
            served?.Freed.Wait();
        }
    }

    // Multiples of the golden ratio fill the unit interval evenly, however few streams there are (Knuth, TAOCP 3, 6.4).
    private static bool IsInShare(ulong streamNumber, double share) =>
        share >= 1 || ((streamNumber * 0x9E3779B97F4A7C15UL) >> 11) * (1.0 / (1UL << 53)) < share;

    private sealed record State(ServedPackage Current, ServedPackage? Candidate, double Share);
}

/// <summary>The right of one frame to a package until disposed.</summary>
internal readonly struct PackageLease(ServedPackage served, RunWatch runs, int place) : IDisposable
{
    public ServedPackage Served => served;

    public void Dispose()
    {
        runs.End(place);
        served.Leave();
    }
}
