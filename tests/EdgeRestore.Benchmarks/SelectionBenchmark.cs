namespace EdgeRestore.Benchmarks;

/// <summary>The subnetwork with its channels selected against the same network with all of them.</summary>
internal static class SelectionBenchmark
{
    // DESIGN: channel-selected subnetwork over the full network.
    private const double Target = 1.4;

    public static void Run(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        using var full = new BareEngine(packages.WriteGraph(isSelected: false), options.Width, options.Height);
        using var selected = new BareEngine(packages.WriteGraph(isSelected: true), options.Width, options.Height);
        var (fullRate, selectedRate, ratio) = Rounds.Compare(options, full.Run, () =>
        {
            selected.Run();
            Thread.Sleep(options.SlowDown);
        });
        report.Add("full network, bare engine", $"{1000 / fullRate:F1} ms");
        report.Add("selected subnetwork, bare engine", $"{1000 / selectedRate:F1} ms");
        report.AddAtLeast("selected subnetwork over full network", ratio, Target, "F2");
    }
}
