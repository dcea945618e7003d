using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Benchmarks;

/// <summary>Frames a second in process and through a daemon over TCP, against the same graph in a bare loop.</summary>
internal static class RateBenchmark
{
    // DESIGN: served rate over the bare engine loop, same model and frames.
    private const double Target = 0.95;

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        var package = packages.Default;
        var route = package.Manifest.Routes[0];
        using var bare = new BareEngine(package.GetPath(route.File), options.Width, options.Height);
        MeasureInProcess(options, packages, report, bare, route.Degradation);
        await MeasureServedAsync(options, packages, report, bare, route.Degradation);
    }

    private static void MeasureInProcess(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report, BareEngine bare,
        Degradation route)
    {
        using var restorer = Restorer.Load(packages.Default, new RestorerOptions { Device = "cpu" });
        var router = restorer.CreateRouter(new RoutingOptions { FixedRoute = route });
        using var input = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        using var output = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        new Random(1).NextBytes(input.Pixels);
        var (bareRate, rate, ratio) = Rounds.Compare(options, bare.Run, () =>
        {
            restorer.Restore(input, output, router, 1, CancellationToken.None);
            Thread.Sleep(options.SlowDown);
        });
        report.Add("bare engine loop", $"{bareRate:F2} frames/s");
        report.Add("in process", $"{rate:F2} frames/s");
        report.AddAtLeast("in process over bare engine", ratio, Target);
    }

    private static async Task MeasureServedAsync(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report, BareEngine bare,
        Degradation route)
    {
        await using var daemon = await ServerProcess.StartDaemonAsync(packages.Default.Directory);
        using var client = new RestoreClient(daemon.Address);
        var (rates, ratios) = (new Samples(), new Samples());
        await StreamAsync(options, client, daemon, route, TimeSpan.Zero);
        for (var round = 0; round < options.RoundCount; round++)
        {
            var bareRate = Rounds.Rate(options.RoundTime, bare.Run);
            var rate = await StreamAsync(options, client, daemon, route, options.RoundTime);
            rates.Add(rate);
            ratios.Add(rate / bareRate);
        }

        report.Add("one stream through the daemon over TCP", $"{rates.Median:F2} frames/s");
        report.AddAtLeast("served over bare engine", ratios.Median, Target);
    }

    /// <summary>Sends as fast as the daemon takes frames.</summary>
    /// <returns>Answers a second, from the first to the last.</returns>
    private static async Task<double> StreamAsync(
        BenchmarkOptions options, RestoreClient client, ServerProcess daemon, Degradation route, TimeSpan time)
    {
        await using var stream = await client.OpenAsync(
            LatencyBenchmark.Open(options.Width, options.Height, route));
        var payload = LatencyBenchmark.Payload(options.Width, options.Height);
        var start = Stopwatch.GetTimestamp();
        var sending = Task.Run(async () =>
        {
            // Enough for a pipeline to fill, whatever the time.
            for (var count = 0; count < 4 || Stopwatch.GetElapsedTime(start) < time; count++)
            {
                await stream.SendAsync(payload);
            }

            await stream.CompleteAsync();
        });
        var (first, last, received) = (0L, 0L, 0);
        await foreach (var frame in stream.ReceiveAsync())
        {
            LatencyBenchmark.RequireRestored(frame);
            daemon.HoldUp(options.SlowDown);
            last = Stopwatch.GetTimestamp();
            first = received == 0 ? last : first;
            received++;
        }

        await sending;
        return (received - 1) / Stopwatch.GetElapsedTime(first, last).TotalSeconds;
    }
}
