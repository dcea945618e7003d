using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Degradations;

namespace EdgeRestore.Benchmarks;

/// <summary>1920x1080 frames there and back through shared memory, with a package that hands them through.</summary>
internal static class SharedMemoryBenchmark
{
    private const int Width = 1920;
    private const int Height = 1080;
    private const double TargetMs = 0.8;

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        await using var daemon = await ServerProcess.StartDaemonAsync(packages.Identity.Directory);
        using var client = new RestoreClient(daemon.Address);
        var payload = LatencyBenchmark.Payload(Width, Height);
        using var shared = SharedFrames.Create(2, payload.Length, payload.Length);
        await using var stream = await client.OpenAsync(
            LatencyBenchmark.Open(Width, Height, Degradation.Noise), shared);
        await using var frames = stream.ReceiveAsync().GetAsyncEnumerator();
        payload.CopyTo(shared.GetFrame(0));
        payload.CopyTo(shared.GetFrame(1));
        var (times, engine, copies) = (new Samples(), new Samples(), new Samples());
        await MeasureAsync(100, TimeSpan.MaxValue);
        (times, engine) = (new Samples(), new Samples());
        await MeasureAsync(int.MaxValue, options.RoundTime * options.RoundCount);

        var target = new byte[payload.Length];
        for (var count = 0; count < times.Count; count++)
        {
            var start = Stopwatch.GetTimestamp();
            shared.GetFrame(count % 2).Span.CopyTo(target);
            copies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        var name = $"{Width}x{Height} RGB through shared memory";
        report.Add($"one copy of {Width}x{Height} RGB in memory, p50", $"{copies.Median:F2} ms");
        report.Add($"{name}, in the engine, p50", $"{engine.Median:F2} ms");
        report.Add($"{name}, p50 / p99", $"{times.Median:F2} / {times.Percentile(0.99):F2} ms");
        report.AddAtMost($"{name}, p50, ms", times.Median, TargetMs, "F2");

        async Task MeasureAsync(int most, TimeSpan time)
        {
            var start = Stopwatch.GetTimestamp();
            for (var count = 0; count < most && Stopwatch.GetElapsedTime(start) < time; count++)
            {
                var sent = Stopwatch.GetTimestamp();
                await stream.SendSharedAsync(count % 2);
                daemon.HoldUp(options.SlowDown);
                await frames.MoveNextAsync();
                times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                LatencyBenchmark.RequireRestored(frames.Current);
                engine.Add(frames.Current.Timings!.RunUs / 1000.0);
            }
        }
    }
}
