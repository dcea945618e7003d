using EdgeRestore.Repositories;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Takes over activations that operators and update agents write into the repository.</summary>
internal sealed class ActivationWatch(Rollout rollout, PackageStart start) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (start.Repository is not { } repository)
        {
            return;
        }

        // One look is due from the start: the file may have changed between the reading of it and the first event.
        // However many changes come while one is taken over, one look afterwards sees the last.
        using var changed = new SemaphoreSlim(1);
        using var watcher = new FileSystemWatcher(repository.Directory, Activation.FileName);
        watcher.Created += (_, _) => changed.Release();
        watcher.Changed += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();

        // Events were lost.
        watcher.Error += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;
        while (true)
        {
            await changed.WaitAsync(stoppingToken);
            while (changed.Wait(0, CancellationToken.None))
            {
            }

            await rollout.FollowFileAsync(stoppingToken);
        }
    }
}
