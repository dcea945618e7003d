using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Finds and loads the package that a daemon starts with.</summary>
internal sealed class PackageStart
{
    // A version that takes the process down with it never ends its trial.
    private const int MaxTrialStartCount = 3;

    private readonly List<string> _notices = [];

    private PackageStart(PackageRepository? repository, Activation activation, PackageLoader loader)
    {
        Repository = repository;
        Activation = activation;
        Loader = loader;
    }

    public PackageRepository? Repository { get; }

    public Activation Activation { get; private set; }

    public PackageLoader Loader { get; }

    public ServedPackage Served { get; private set; } = null!;

    /// <summary>Why what was active is not served.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>
    /// (1) Opens trust store and repository, (2) gives a version up whose trial outlived too many starts, (3) loads
    /// what is active, or else what was before, or where nothing is active the package of the settings.
    /// </summary>
    /// <param name="settings">All of them.</param>
    /// <param name="clock">The daemon's.</param>
    /// <param name="load">As in <see cref="PackageLoader"/>.</param>
    /// <exception cref="EdgeRestoreException">None can be served.</exception>
    public static PackageStart Run(DaemonSettings settings, TimeProvider clock, LoadRestorer? load)
    {
        // 1
        var trust = settings.Packages.Trust is { } folder ? TrustStore.Open(folder) : null;
        var repository = settings.Packages.Repository is { } path ? PackageRepository.Open(path, trust) : null;
        var start = new PackageStart(
            repository,
            repository?.ReadActivation() ?? new Activation(),
            new PackageLoader(settings, clock, load));

        // 2
        if (start.Activation is { Active: { } tried, TrialStartCount: { } count })
        {
            if (count >= MaxTrialStartCount && start.Activation.Previous is not null)
            {
                start.RollBack($"{tried} was on trial at {count} starts, none of which came to its end", clock);
            }
            else
            {
                start.Write(start.Activation with { TrialStartCount = count + 1 });
            }
        }

        // 3
        while (start.Served is null)
        {
            if (start.Activation.Active is not { } active)
            {
                start.Served = start.Loader.Load(
                    ModelPackage.Open(DefaultPackage.Resolve(settings.Packages.Package), trust));
                break;
            }

            try
            {
                var package = repository!.OpenPackage(active);
                start.Served = start.Activation.TrialStartCount is null
                    ? start.Loader.Load(package) : start.Loader.LoadAndProbe(package, null);
            }
            catch (EdgeRestoreException exception) when (start.Activation.Previous is not null)
            {
                start.RollBack(exception.Message, clock);
            }
        }

        return start;
    }

    private void RollBack(string reason, TimeProvider clock)
    {
        _notices.Add($"{Activation.Active} is not served, {Activation.Previous} is: {reason}");
        Write(Activation.RollBack(reason, clock.GetUtcNow()));
    }

    private void Write(Activation activation)
    {
        Repository!.WriteActivation(activation);
        Activation = activation;
    }
}
