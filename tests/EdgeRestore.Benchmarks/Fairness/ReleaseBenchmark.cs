using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>
/// From the cancelling of a call until nothing of it is left in the daemon, while another one keeps it busy.
/// </summary>
internal static class ReleaseBenchmark
{
    private const double TargetMilliseconds = 50;
    private const int CallCount = 100;

    // The first exceptions of a process take it a tenth of a second each.
    private const int WarmUpCount = 10;

    private const string Name = "cancelled";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        var package = packages.Default;
        var route = package.Manifest.Routes[0].Degradation;
        await using var daemon = await ServerProcess.StartDaemonAsync(package.Directory, "--threads", "1");
        await using var other = await GoodStream.OpenAsync(daemon.Address, options, route);
        using var client = new RestoreClient(daemon.Address);
        var ended = false;
        var busy = Task.Run(async () =>
        {
            while (!Volatile.Read(ref ended))
            {
                await other.MeasureAsync(TimeSpan.Zero, new Samples(), daemon, TimeSpan.Zero);
            }
        });
        var times = new Samples();
        var payload = LatencyBenchmark.Payload(options.Width, options.Height);
        for (var call = 0; call < WarmUpCount + CallCount; call++)
        {
            var settings = LatencyBenchmark.Open(options.Width, options.Height, route);
            settings.StreamName = Name;
            var stream = await client.OpenAsync(settings, maxFramesInFlight: 8);
            for (var frame = 0; frame < 5; frame++)
            {
                await stream.SendAsync(payload);
            }

            var start = Stopwatch.GetTimestamp();
            await stream.DisposeAsync();
            daemon.HoldUp(options.SlowDown * 10);
            while (IsThere(await client.GetStatusAsync()))
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                {
                    throw new EdgeRestoreException(
                        $"A cancelled call is still there after {Patience.TotalSeconds} s; allowed are "
                        + $"{TargetMilliseconds} ms. Look at what the daemon logs.");
                }
            }

            if (call >= WarmUpCount)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Volatile.Write(ref ended, true);
        await busy;
        report.Add("cancelled call gives its frames back, p50", $"{times.Median:F2} ms");
        report.AddAtMost(
            "cancelled call gives its frames back, longest, ms", times.Percentile(1), TargetMilliseconds, "F1");
    }

    // A stream's place is given back after its memory.
    private static bool IsThere(GetStatusReply status) => status.Streams.Any(stream => stream.StreamName == Name);
}
