using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Protocol.V1;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Benchmarks;

/// <summary>What a frame allocates in the daemon, and what all routes take in memory over one.</summary>
internal static class MemoryBenchmark
{
    private const int AllocationTarget = 4096;
    private const double RoutesTarget = 1.3;

    // 307,200 bytes: a JPEG of a camera frame, or a small raw one.
    private const int Side = 320;
    private const int FrameCount = 1000;

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        await MeasureAllocationAsync(options, packages, report);
        await MeasureRoutesAsync(options, packages, report);
    }

    private static async Task MeasureAllocationAsync(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        await using var daemon = await ServerProcess.StartDaemonAsync(packages.Identity.Directory);
        using var client = new RestoreClient(daemon.Address);
        await using var stream = await client.OpenAsync(LatencyBenchmark.Open(Side, Side, Degradation.Noise));
        await using var frames = stream.ReceiveAsync().GetAsyncEnumerator();
        var payload = LatencyBenchmark.Payload(Side, Side);
        await ExchangeAsync();
        var before = (await client.GetStatusAsync()).Memory;
        await ExchangeAsync();
        var after = (await client.GetStatusAsync()).Memory;
        var name = $"{payload.Length:N0} bytes";
        report.AddAtMost(
            $"managed bytes allocated per frame in the daemon, {name}",
            (after.AllocatedBytes - before.AllocatedBytes) / (double)FrameCount, AllocationTarget, "F0");
        report.AddAtMost(
            $"full collections in {FrameCount} frames, {name}",
            after.FullCollections - before.FullCollections, options.SlowDown > TimeSpan.Zero ? -1 : 0, "F0");

        async Task ExchangeAsync()
        {
            for (var index = 0; index < FrameCount; index++)
            {
                await stream.SendAsync(payload);
                await frames.MoveNextAsync();
                LatencyBenchmark.RequireRestored(frames.Current);
                if (options.SlowDown > TimeSpan.Zero)
                {
                    // The control of a count is not a sleep: the daemon does something for each frame that allocates.
                    await client.GetStatusAsync();
                }
            }
        }
    }

    private static async Task MeasureRoutesAsync(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        const int width = 640, height = 480;
        var routes = packages.Default.Manifest.Routes.Select(route => route.Degradation).ToArray();
        var one = await MeasureAsync("none", routes[..1], 1);

        // Larger frames stand for the control: what grows then is not the routes, but must show just so.
        var all = await MeasureAsync("all", routes, options.SlowDown > TimeSpan.Zero ? 2 : 1);
        report.Add("resident with one route", $"{one >> 20} MiB");
        report.Add($"resident with {routes.Length} routes", $"{all >> 20} MiB");
        report.AddAtMost("resident memory of all routes over one", all / (double)one, RoutesTarget, "F2");

        async Task<ulong> MeasureAsync(string preload, Degradation[] used, int scale)
        {
            await using var daemon = await ServerProcess.StartDaemonAsync(
                packages.Default.Directory, "--preload", preload);
            using var client = new RestoreClient(daemon.Address);
            var payload = LatencyBenchmark.Payload(width * scale, height * scale);
            foreach (var route in used)
            {
                await using var stream = await client.OpenAsync(
                    LatencyBenchmark.Open(width * scale, height * scale, route));
                await using var frames = stream.ReceiveAsync().GetAsyncEnumerator();
                for (var count = 0; count < 3; count++)
                {
                    await stream.SendAsync(payload);
                    await frames.MoveNextAsync();
                    LatencyBenchmark.RequireRestored(frames.Current);
                }
            }

            // Engines are built one after another while frames run; all are there once the last route says so.
            GetStatusReply status;
            do
            {
                status = await client.GetStatusAsync();
            }
            while (status.Package.Routes.Count(route => route.State == RouteState.Ready) < used.Length);
            return status.Memory.ResidentBytes;
        }
    }
}
