using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Streams;

namespace EdgeRestore.Daemon.Faults;

/// <summary>
/// Ends the process when a computation does not come back: nothing else frees a native call. The service manager starts
/// it anew, and hears from it, or else does so by itself, as long as it turns.
/// </summary>
internal sealed class WedgeWatch(
    StreamHost host, EngineOptions options, WedgeSignal signal, ILoggerFactory logging, Action<int> exit)
    : BackgroundService
{
    // Often enough for a service manager that waits 10 s, and nothing beside a frame.
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A watch that comes so late was frozen, with the computation: a debugger, a paused machine, a clock that leapt.
    public static readonly TimeSpan HeldTime = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logging.CreateLogger<WedgeWatch>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var limit = TimeSpan.FromSeconds(options.RunSeconds);
        var (lastLook, lastHold) = (host.Clock.GetTimestamp(), (long?)null);
        while (true)
        {
            await Task.Delay(Interval, host.Clock, stoppingToken);
            var look = host.Clock.GetTimestamp();
            lastHold = host.Clock.GetElapsedTime(lastLook, look) > HeldTime ? look : lastHold;
            lastLook = look;

            // Time in which nobody turned says nothing of a computation. Where the watch is starved again and again,
            // the service manager misses its beats, and acts.
            var watched = lastHold is { } hold ? host.Clock.GetElapsedTime(hold, look) : TimeSpan.MaxValue;
            var runs = host.Packages.Runs.Read();
            if (runs.Count == 0 || runs[0].Age < limit || watched < limit)
            {
                ServiceManager.Notify("WATCHDOG=1");
                continue;
            }

            var streams = host.Registry.ReadNames();
            var inFlight = string.Join(", ", runs.Select(run =>
                $"stream {streams.GetValueOrDefault(run.StreamNumber, $"{run.StreamNumber}")} for "
                + $"{run.Age.TotalSeconds:F0} s"));
            signal.Set($"A computation on {host.Device} does not come back after {runs[0].Age.TotalSeconds:F0} s "
                + $"(Engine:RunSeconds is {options.RunSeconds}). Served was {host.Packages.Leading.Id}, in flight "
                + $"were: {inFlight}.");
            Log.Wedged(
                _logger, host.Device, (long)runs[0].Age.TotalSeconds, options.RunSeconds, host.Packages.Leading.Id.Name,
                host.Packages.Leading.Id.Version, inFlight);
            ServiceManager.Notify("STATUS=A computation does not come back; restarting");

            // The log is written by a thread of its own, which may not come to it any more.
            Console.Error.WriteLine($"edgerestore-daemon: {signal.Fault}");
            logging.Dispose();
            exit(ExitCode.Wedged);
            return;
        }
    }
}

/// <summary>Whether a computation is stuck for good, for health to say.</summary>
internal sealed class WedgeSignal
{
    private volatile string? _fault;

    /// <summary>What is stuck; null while nothing is.</summary>
    public string? Fault => _fault;

    public void Set(string fault) => _fault = fault;
}
