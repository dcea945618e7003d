using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Degradations;

namespace EdgeRestore.Benchmarks;

/// <summary>
/// Frames a second through a package that hands them through, against a bare echo, with some in flight.
/// </summary>
internal static class TransportBenchmark
{
    private const double Target = 0.8;
    private const int InFlightCount = 4;

    private static readonly (int Width, int Height)[] Sizes = [(320, 320), (640, 480)];

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        await using var echo = await ServerProcess.StartEchoAsync();
        await using var daemon = await ServerProcess.StartDaemonAsync(packages.Identity.Directory);
        foreach (var (width, height) in Sizes)
        {
            var (echoRates, daemonRates, ratios) = (new Samples(), new Samples(), new Samples());
            for (var round = -1; round < options.RoundCount; round++)
            {
                var echoRate = await MeasureAsync(echo, null);
                var daemonRate = await MeasureAsync(daemon, daemon);
                if (round >= 0)
                {
                    echoRates.Add(echoRate);
                    daemonRates.Add(daemonRate);
                    ratios.Add(daemonRate / echoRate);
                }
            }

            var name = $"{width * height * 3:N0} bytes";
            report.Add($"echo rate, {name}", $"{echoRates.Median:F0} frames/s");
            report.Add($"identity package rate, {name}", $"{daemonRates.Median:F0} frames/s");
            report.AddAtLeast($"identity over echo rate, {name}", ratios.Median, Target, "F2");

            async Task<double> MeasureAsync(ServerProcess server, ServerProcess? heldUp)
            {
                using var client = new RestoreClient(server.Address);
                await using var stream = await client.OpenAsync(
                    LatencyBenchmark.Open(width, height, Degradation.Noise), InFlightCount);
                var payload = LatencyBenchmark.Payload(width, height);
                var start = Stopwatch.GetTimestamp();
                var sending = Task.Run(async () =>
                {
                    while (Stopwatch.GetElapsedTime(start) < options.RoundTime)
                    {
                        await stream.SendAsync(payload);
                    }

                    await stream.CompleteAsync();
                });
                var count = 0;
                await foreach (var frame in stream.ReceiveAsync())
                {
                    LatencyBenchmark.RequireRestored(frame);
                    heldUp?.HoldUp(options.SlowDown);
                    count++;
                }

                await sending;
                return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }
}
