using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Protocol;

namespace EdgeRestore.Benchmarks;

/// <summary>How long after its start a daemon serves, and gives its first restored frame.</summary>
internal static class StartBenchmark
{
    // DESIGN: daemon start to first restored frame, CPU, default package.
    private const double TargetMs = 2000;

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        var route = packages.Default.Manifest.Routes[0].Degradation;
        var (ready, first) = (new Samples(), new Samples());
        for (var round = 0; round < options.RoundCount; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await using var daemon = await ServerProcess.StartDaemonAsync(packages.Default.Directory);
            ready.Add(daemon.ReadyAfter.TotalMilliseconds);
            using var client = new RestoreClient(daemon.Address);
            await using var stream = await client.OpenAsync(
                LatencyBenchmark.Open(options.Width, options.Height, route));
            await using var frames = stream.ReceiveAsync().GetAsyncEnumerator();
            await stream.SendAsync(LatencyBenchmark.Payload(options.Width, options.Height));

            // The control of seconds is no sleep of milliseconds: one for each that would show in a frame.
            daemon.HoldUp(options.SlowDown * TargetMs);
            await frames.MoveNextAsync();
            LatencyBenchmark.RequireRestored(frames.Current);
            first.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        report.Add("daemon listens after its start", $"{ready.Median:F0} ms");
        report.AddAtMost("first restored frame after the start, ms", first.Median, TargetMs, "F0");
    }
}
