using EdgeRestore.Daemon.Packages;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>What it costs to look at every result, of the time of its frame.</summary>
internal static class OutputCheckBenchmark
{
    // Of a frame's time.
    private const double Target = 0.02;

    // One look takes microseconds.
    private const int LookCount = 100;

    public static void Run(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        var route = packages.Default.Manifest.Routes[0].Degradation;
        using var restorer = Restorer.Load(packages.Default, new RestorerOptions { Device = "cpu" });
        var router = restorer.CreateRouter(new RoutingOptions { FixedRoute = route });
        using var input = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        using var output = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        new Random(1).NextBytes(input.Pixels);
        var (frames, looks, _) = Rounds.Compare(
            options,
            () => restorer.Restore(input, output, router, 1, CancellationToken.None),
            () =>
            {
                for (var look = 0; look < LookCount; look++)
                {
                    _ = OutputCheck.FindFault(input, output, route);
                }

                Thread.Sleep(options.SlowDown * LookCount);
            });
        report.Add("one look at a result", $"{1e6 / (looks * LookCount):F2} µs");
        report.AddAtMost("looks at results, of a frame's time", frames / (looks * LookCount), Target, "F5");
    }
}
