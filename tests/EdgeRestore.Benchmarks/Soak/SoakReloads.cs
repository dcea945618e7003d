using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Repositories;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Benchmarks.Soak;

/// <summary>
/// Changes the package for another version again and again, which no stream may notice: both do the same.
/// </summary>
internal static class SoakReloads
{
    /// <summary>The one route that fails, on frames that have a certain level.</summary>
    public const Degradation FailingRoute = Degradation.Snow;

    /// <summary>That level; neither the daemon's probe nor another camera has it in this route.</summary>
    public const byte Trap = 254;

    private const string Name = "soak";

    private static readonly string[] Versions = ["1.0.0", "2.0.0"];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static string RepositoryIn(string scratch) => Path.Combine(scratch, "repository");

    /// <summary>Installs both versions.</summary>
    /// <returns>The folder of the first, to start with.</returns>
    public static string Prepare(string scratch)
    {
        var repository = PackageRepository.Open(RepositoryIn(scratch));
        foreach (var version in Versions)
        {
            var package = new TestPackage { Name = Name, Version = version };
            package = package with
            {
                Routes = package.Routes.SetItem(FailingRoute, new TestNetwork.NotANumberAt(Trap)),
            };
            var folder = Path.Combine(scratch, version);
            package.Write(folder);
            repository.Install(folder);
        }

        repository.WriteActivation(new Activation { Active = new PackageId(Name, Versions[0]) });
        return Path.Combine(scratch, Versions[0]);
    }

    public static async Task RunAsync(SoakRun soak)
    {
        using var client = new RestoreClient(soak.Address);
        for (var count = 1; !soak.Ended.IsCancellationRequested; count++)
        {
            var version = Versions[count % Versions.Length];
            await client.Packages.ActivateAsync(Name, version);
            var status = await client.Packages.ListAsync();
            while (status.Trial is not null && !soak.Ended.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
                status = await client.Packages.ListAsync();
            }

            if (status.Refused.Count > 0)
            {
                soak.Ledger.Fault($"reloads: version {version} was rolled back: {status.Refused[0].Reason}");
                return;
            }

            soak.Ledger.CountReload();
            await Task.Delay(Pause, soak.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
