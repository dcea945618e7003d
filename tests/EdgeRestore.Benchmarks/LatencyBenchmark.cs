using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Benchmarks;

/// <summary>What the daemon adds to a bare echo over gRPC, with a package that hands frames through.</summary>
internal static class LatencyBenchmark
{
    // DESIGN: latency that serving adds on an identity package over a bare grpc-dotnet echo of the same payload.
    private const double MedianTarget = 1.2;
    private const double TailTarget = 1.5;

    private static readonly (int Width, int Height)[] Sizes = [(320, 320), (640, 480)];

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        await using var echo = await ServerProcess.StartEchoAsync();
        await using var daemon = await ServerProcess.StartDaemonAsync(packages.Identity.Directory);
        using var echoClient = new RestoreClient(echo.Address);
        using var daemonClient = new RestoreClient(daemon.Address);
        foreach (var (width, height) in Sizes)
        {
            await using var echoStream = await echoClient.OpenAsync(Open(width, height, Degradation.Noise));
            await using var daemonStream = await daemonClient.OpenAsync(Open(width, height, Degradation.Noise));
            await using var echoFrames = echoStream.ReceiveAsync().GetAsyncEnumerator();
            await using var daemonFrames = daemonStream.ReceiveAsync().GetAsyncEnumerator();
            var payload = Payload(width, height);
            var (echoTimes, daemonTimes) = (new Samples(), new Samples());
            await MeasureAsync(200, new Samples(), new Samples());
            await MeasureAsync(int.MaxValue, echoTimes, daemonTimes);

            var name = $"{payload.Length:N0} bytes";
            report.Add($"echo p50 / p99, {name}", $"{echoTimes.Median:F2} / {echoTimes.Percentile(0.99):F2} ms");
            report.Add(
                $"identity package p50 / p99, {name}",
                $"{daemonTimes.Median:F2} / {daemonTimes.Percentile(0.99):F2} ms");
            var tailRatio = daemonTimes.Percentile(0.99) / echoTimes.Percentile(0.99);
            report.AddAtMost(
                $"identity over echo p50, {name}", daemonTimes.Median / echoTimes.Median, MedianTarget, "F2");
            report.AddAtMost($"identity over echo p99, {name}", tailRatio, TailTarget, "F2");

            // Frame about: what else the machine does hits both alike.
            async Task MeasureAsync(int count, Samples echoes, Samples answers)
            {
                var start = Stopwatch.GetTimestamp();
                for (var index = 0; index < count && Stopwatch.GetElapsedTime(start) < MeasuringTime(options); index++)
                {
                    echoes.Add(await RoundTripAsync(echoStream, echoFrames, payload, null, TimeSpan.Zero));
                    answers.Add(await RoundTripAsync(daemonStream, daemonFrames, payload, daemon, options.SlowDown));
                }
            }
        }
    }

    public static OpenStream Open(int width, int height, Degradation route) => new()
    {
        StreamName = "bench",
        Raw = new RawLayout { Layout = PixelLayout.Rgb24, Width = (uint)width, Height = (uint)height },
        Delivery = Delivery.Lossless,
        Fixed = route.ToWire(),
    };

    public static byte[] Payload(int width, int height)
    {
        var payload = new byte[width * height * 3];
        new Random(1).NextBytes(payload);
        return payload;
    }

    public static void RequireRestored(RestoredFrame frame)
    {
        if (frame.Error != RestoreError.None)
        {
            throw new EdgeRestoreException($"A benchmark frame was not restored: {frame.Message}");
        }
    }

    private static TimeSpan MeasuringTime(BenchmarkOptions options) => options.RoundTime * options.RoundCount;

    private static async Task<double> RoundTripAsync(
        RestoreStream stream, IAsyncEnumerator<RestoredFrame> frames, byte[] payload, ServerProcess? server,
        TimeSpan slowDown)
    {
        var start = Stopwatch.GetTimestamp();
        await stream.SendAsync(payload);
        server?.HoldUp(slowDown);
        await frames.MoveNextAsync();
        var elapsed = Stopwatch.GetElapsedTime(start);
        RequireRestored(frames.Current);
        return elapsed.TotalMilliseconds;
    }
}
