using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Everything that changes which package is served, one change at a time. Thread-safe.</summary>
/// <remarks>
/// The activation on disk is written before the frames of an activated version and after those of a candidate: a start
/// finds what was last meant to be served by all streams.
/// </remarks>
internal sealed partial class Rollout : IAsyncDisposable
{
    // Each takes a package's memory; one to go to and one to compare with are enough.
    private const int MaxLoadedCount = 2;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly PackageRepository? _repository;
    private readonly StreamHost _host;
    private readonly PackageSwitch _packages;
    private readonly PackageLoader _loader;
    private readonly PackageOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<Rollout> _logger;
    private readonly Dictionary<PackageId, ServedPackage> _loaded = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _judging = Task.CompletedTask;
    private Activation _activation;

    public Rollout(
        PackageStart start, StreamHost host, PackageOptions options, ILogger<Rollout> logger)
    {
        _repository = start.Repository;
        _activation = start.Activation;
        _loader = start.Loader;
        _host = host;
        _packages = host.Packages;
        _options = options;
        _clock = host.Clock;
        _logger = logger;
        foreach (var notice in start.Notices)
        {
            Log.RolledBackAtStart(logger, notice);
        }

        Listen(_packages.Current);

        // A trial that the last process did not see the end of goes on; what to return to is loaded when it fails.
        if (_activation.TrialStartCount is not null)
        {
            _packages.Current.Trial = NewTrial(1);
            _judging = JudgeAsync(_packages.Current);
        }
    }

    public PackageRepository Repository => _repository ?? throw new PackageException(
        "This daemon has no repository: found none in its settings, allowed is a folder. Start it with --repository.");

    /// <summary>The repository as it is now.</summary>
    public Task<RolloutSnapshot> ReadAsync(CancellationToken token) => InTurnAsync(() => { }, token);

    /// <summary>Installs a package from a folder or a file on this machine.</summary>
    public Task<RolloutSnapshot> InstallAsync(string path, CancellationToken token) => InTurnAsync(
        () =>
        {
            var stored = Repository.Install(path);
            Log.PackageInstalled(_logger, stored.Id.Name, stored.Id.Version, stored.Sha256);
        },
        token);

    /// <summary>Makes a version ready beside the one that is served.</summary>
    public Task<RolloutSnapshot> LoadAsync(PackageId id, CancellationToken token) => InTurnAsync(
        () =>
        {
            if (_loaded.ContainsKey(id) || IsServed(id))
            {
                return;
            }

            if (_loaded.Count == MaxLoadedCount)
            {
                throw new PackageException(
                    $"Package {id} was not loaded: found {string.Join(" and ", _loaded.Keys)} loaded already, allowed "
                    + $"are {MaxLoadedCount} beside what is served. Unload one first.");
            }

            _loaded.Add(id, LoadAndProbe(id));
        },
        token);

    /// <summary>Gives the memory of a loaded version back.</summary>
    public Task<RolloutSnapshot> UnloadAsync(PackageId id, CancellationToken token) => InTurnAsync(
        () =>
        {
            if (!_loaded.Remove(id, out var served))
            {
                throw new PackageException(
                    $"Package {id} is not loaded: found "
                    + $"{(_loaded.Count == 0 ? "none" : string.Join(", ", _loaded.Keys))}, "
                    + "allowed are loaded versions that are not served. 'package list' shows them.");
            }

            served.Retire();
            served.Freed.Wait(CancellationToken.None);
        },
        token);

    /// <summary>
    /// Serves a version: (1) loads, warms up and probes it, unless that is done; (2) writes the activation; (3) sends
    /// it the next frame of every stream, or of a share of them, on trial.
    /// </summary>
    public Task<RolloutSnapshot> ActivateAsync(PackageId id, double share, CancellationToken token) =>
        InTurnAsync(() => Activate(id, share), token);

    /// <summary>Ends a trial, or serves the version before.</summary>
    public Task<RolloutSnapshot> RollBackAsync(CancellationToken token) => InTurnAsync(
        () =>
        {
            const string reason = "rolled back by an operator";
            if (_packages.Candidate is { } onTrial)
            {
                RequireUnpinned(_packages.Current.Id);
                if (_packages.TryDrop(onTrial))
                {
                    Refuse(onTrial.Id, reason);
                }

                return;
            }

            var previous = _activation.Previous ?? throw new PackageException(
                $"There is nothing to roll back to: found no version before {_packages.Current.Id}, allowed is one "
                + "that was activated in its place. Activate a version by name.");
            RequireUnpinned(previous);
            ReturnTo(previous, reason);
        },
        token);

    /// <summary>Keeps other versions away, or lets them come again.</summary>
    public Task<RolloutSnapshot> PinAsync(bool isPinned, CancellationToken token) => InTurnAsync(
        () => Write(_activation with { IsPinned = isPinned }), token);

    /// <summary>Deletes a version that is out of use.</summary>
    public Task<RolloutSnapshot> RemoveAsync(PackageId id, CancellationToken token) => InTurnAsync(
        () =>
        {
            if (IsServed(id) || _loaded.ContainsKey(id))
            {
                throw new PackageException(
                    $"Package {id} cannot be removed: it is {(IsServed(id) ? "served" : "loaded")}, allowed are "
                    + "versions out of use. Activate another, or unload it first.");
            }

            Repository.Remove(id);
        },
        token);

    /// <summary>Takes over an activation that somebody else wrote; what cannot be is said and undone.</summary>
    public Task FollowFileAsync(CancellationToken token) => InTurnAsync(
        () =>
        {
            PackageId? asked = null;
            try
            {
                // In turn, since the daemon's own writing is heard of as well.
                asked = Repository.ReadActivation().Active;
                if (asked is not null && asked != _activation.Active)
                {
                    Log.ActivationFileChanged(_logger, asked.Name, asked.Version);
                    Activate(asked, share: 1);
                }
            }
            catch (EdgeRestoreException exception)
            {
                Log.ActivationFileRefused(_logger, exception.Message);
                if (asked is not null)
                {
                    TryWrite(Remember(_activation, asked, exception.Message));
                }
            }
        },
        token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _judging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _turn.WaitAsync();

        // A stop in good order says nothing against a version on trial.
        if (_activation.TrialStartCount is > 0 and var count)
        {
            TryWrite(_activation with { TrialStartCount = count - 1 });
        }

        foreach (var served in _loaded.Values)
        {
            served.Retire();
            await served.Freed;
        }

        _stopping.Dispose();
        _turn.Dispose();
    }

    private void Activate(PackageId id, double share)
    {
        if (!(share is > 0 and <= 1))
        {
            throw new PackageException(
                $"The share of streams is {share}, allowed is more than 0, up to 1. Leave it out for all streams.");
        }

        RequireUnpinned(id);
        if (_packages.Candidate is { } onTrial)
        {
            Widen(onTrial, id, share);
            return;
        }

        if (id == _packages.Current.Id)
        {
            return;
        }

        // 1
        var served = _loaded.Remove(id, out var loaded) ? loaded : LoadAndProbe(id);
        try
        {
            if (PackageWarmUp.Run(served.Restorer, _host) is { } fault)
            {
                throw fault;
            }

            // 2
            if (share >= 1)
            {
                Write(_activation.Activate(id));
            }
        }
        catch
        {
            served.Retire();
            throw;
        }

        // 3
        Try(served, share);
    }

    private bool IsServed(PackageId id) => id == _packages.Current.Id || id == _packages.Candidate?.Id;

    private ServedPackage LoadAndProbe(PackageId id) => LoadAndProbe(id, _packages.Current);

    private ServedPackage LoadAndProbe(PackageId id, ServedPackage? beside)
    {
        var served = _loader.LoadAndProbe(Repository.OpenPackage(id), beside);
        Listen(served);
        return served;
    }

    private void RequireUnpinned(PackageId asked)
    {
        if (_activation.IsPinned && asked != _packages.Leading.Id)
        {
            throw new PackageException(
                $"Package {asked} was not activated: {_packages.Leading.Id} is pinned, allowed is no other. Unpin it "
                    + "first.");
        }
    }

    private void Write(Activation activation)
    {
        Repository.WriteActivation(activation);
        _activation = activation;
    }

    private async Task<RolloutSnapshot> InTurnAsync(Action change, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            // A thread of its own: engines are built, files copied. What has begun is finished, whoever asked for it.
            return await Task.Factory.StartNew(
                () =>
                {
                    _ = Repository;
                    change();
                    return Describe();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        finally
        {
            _turn.Release();
        }
    }

    private RolloutSnapshot Describe() => new(
        Repository.Directory,
        Repository.List(),
        _activation,
        _packages.Current.Id,
        _packages.Candidate?.Id ?? (_packages.Current.Trial is null ? null : _packages.Current.Id),
        _packages.Candidate?.Trial ?? _packages.Current.Trial,
        [.. _loaded.Keys]);
}

/// <summary>A repository and what is served of it, at one moment. Immutable.</summary>
/// <param name="OnTrial">The version that is being judged; null for none.</param>
internal sealed record RolloutSnapshot(
    string Directory,
    IReadOnlyList<StoredPackage> Installed,
    Activation Activation,
    PackageId Current,
    PackageId? OnTrial,
    PackageTrial? Trial,
    IReadOnlyList<PackageId> Loaded);
