using EdgeRestore.Daemon.Streams;
using EdgeRestore.Inference;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>
/// Takes up TensorRT engines while the daemon serves: another program builds them, minutes or months after the start.
/// Frames run on the step below until then.
/// </summary>
internal sealed class EngineRefresh(StreamHost host, TimeProvider clock, ILogger<EngineRefresh> logger)
    : BackgroundService
{
    // A look costs one small file per engine.
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Whether there is TensorRT is the machine's, and another package does not change it.
        while (host.Restorer.TakesEngines)
        {
            await Task.Delay(Interval, clock, stoppingToken);

            // Opening an engine blocks for seconds, and the pool's threads serve.
            await Task.Factory.StartNew(
                () => Refresh(host.Restorer, stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
    }

    private void Refresh(Restorer restorer, CancellationToken token)
    {
        try
        {
            if (restorer.RefreshEngines(token) is > 0 and var count)
            {
                Log.EnginesTaken(logger, count, restorer.Providers[0].Reason);
            }
        }
        catch (ObjectDisposedException)
        {
            // Another package has taken its place; the next look is at that one.
        }
    }
}
