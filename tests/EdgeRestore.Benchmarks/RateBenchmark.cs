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
    private const string Precision = "fp32";
    private const double Target = 0.95;

    private const int CameraWidth = 640;
    private const int CameraHeight = 480;

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        await RunAsync(options, packages, report, [1]);

        // A camera's size. What holds a frame up costs as much of its time as at the small size.
        var scale = CameraWidth * CameraHeight / (options.Width * (double)options.Height);
        var camera = options with
        {
            Width = CameraWidth,
            Height = CameraHeight,
            RoundTime = options.RoundTime * Math.Clamp(scale, 1, 2),
            SlowDown = options.SlowDown * Math.Max(1, scale),
        };
        await RunAsync(camera, packages, report, [1, 4]);
    }

    private static async Task RunAsync(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report, int[] streamCounts)
    {
        var package = packages.Default;
        var route = package.Manifest.Routes[0];

        // The same form in all: which precision is faster is another benchmark's.
        using var bare = new BareEngine(package.GetPath(route.File), options.Width, options.Height);
        MeasureInProcess(options, packages, report, bare, route.Degradation);
        foreach (var streamCount in streamCounts)
        {
            await MeasureServedAsync(options, packages, report, bare, route.Degradation, streamCount);
        }
    }

    private static void MeasureInProcess(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report, BareEngine bare,
        Degradation route)
    {
        using var restorer = Restorer.Load(packages.Default, new RestorerOptions
        {
            Device = "cpu",
            Precision = Precision,
        });
        var router = restorer.CreateRouter(new RoutingOptions { FixedRoute = route });
        using var input = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        using var output = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        new Random(1).NextBytes(input.Pixels);
        var (bareRate, rate, ratio) = Rounds.Compare(options, bare.Run, () =>
        {
            restorer.Restore(input, output, router, 1, CancellationToken.None);
            Thread.Sleep(options.SlowDown);
        });
        var size = $"{options.Width}x{options.Height}";
        report.Add($"bare engine loop, {size}", $"{bareRate:F2} frames/s");
        report.Add($"in process, {size}", $"{rate:F2} frames/s");
        report.AddAtLeast($"in process over bare engine, {size}", ratio, Target);
    }

    private static async Task MeasureServedAsync(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report, BareEngine bare,
        Degradation route, int streamCount)
    {
        await using var daemon = await ServerProcess.StartDaemonAsync(
            packages.Default.Directory, "--precision", Precision);
        var (rates, ratios) = (new Samples(), new Samples());
        await ServeAsync(TimeSpan.Zero);
        for (var round = 0; round < options.RoundCount; round++)
        {
            var bareRate = Rounds.Rate(options.RoundTime, bare.Run);
            var rate = await ServeAsync(options.RoundTime);
            rates.Add(rate);
            ratios.Add(rate / bareRate);
        }

        var what = $"{streamCount} stream{(streamCount == 1 ? "" : "s")}, {options.Width}x{options.Height}";
        report.Add($"through the daemon over TCP, {what}", $"{rates.Median:F2} frames/s");
        report.AddAtLeast($"served over bare engine, {what}", ratios.Median, Target);

        // Streams end about together: each sends for the same time, and all take turns.
        async Task<double> ServeAsync(TimeSpan time)
        {
            var streams = Enumerable.Range(0, streamCount).Select(async _ =>
            {
                using var client = new RestoreClient(daemon.Address);
                return await StreamAsync(options, client, daemon, route, time);
            });
            var times = await Task.WhenAll(streams);
            var first = times.Min(time => time.First);
            var last = times.Max(time => time.Last);
            return (times.Sum(time => time.Count) - 1) / Stopwatch.GetElapsedTime(first, last).TotalSeconds;
        }
    }

    /// <summary>Sends as fast as the daemon takes frames.</summary>
    /// <returns>When the first and the last answer came, and how many there were.</returns>
    private static async Task<(long First, long Last, int Count)> StreamAsync(
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
        return (first, last, received);
    }
}
