using EdgeRestore.Daemon.Streams;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>Builds the engines of all routes once the daemon serves: first frames need not wait for them.</summary>
internal sealed class EnginePreload(StreamHost host, DrainSignal drain, ILogger<EnginePreload> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    // An engine under construction cannot be interrupted. On the CPU it takes a tenth of a second; one that takes
    // minutes is left to the end of the process.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(drain.Token);
    private Task _running = Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: building blocks, and the pool's threads serve.
        _running = Task.Factory.StartNew(
            Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(StopLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Run()
    {
        var start = host.Clock.GetTimestamp();
        try
        {
            host.Restorer.Preload(_stopping.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }

        var routes = host.Restorer.ReadRoutes();
        foreach (var route in routes)
        {
            if (route.Fault is { } fault)
            {
                Log.RouteUnavailable(logger, route.Degradation, fault);
            }
        }

        Log.Preloaded(
            logger,
            routes.Count(route => route.IsReady),
            routes.Count,
            (long)host.Clock.GetElapsedTime(start).TotalMilliseconds);
    }
}
