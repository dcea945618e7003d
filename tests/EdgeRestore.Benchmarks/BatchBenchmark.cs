namespace EdgeRestore.Benchmarks;

/// <summary>
/// What it would gain to put waiting frames of several streams into one run: no target, but the reason why it is not
/// done.
/// </summary>
internal static class BatchBenchmark
{
    private const int BatchCount = 4;

    public static void Run(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        var path = packages.Default.GetPath(packages.Default.Manifest.Routes[0].File);
        foreach (var (width, height) in new[] { (options.Width, options.Height), (640, 480) })
        {
            using var single = new BareEngine(path, width, height);
            using var batched = new BareEngine(path, width, height, BatchCount);
            var (_, _, ratio) = Rounds.Compare(options, single.Run, batched.Run);
            report.Add(
                $"frames in batches of {BatchCount} over one by one, {width}x{height}",
                (ratio * BatchCount).ToString("F2", System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
