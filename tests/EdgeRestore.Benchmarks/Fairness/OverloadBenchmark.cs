using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>
/// Ten times the frames that can be computed: how long those take that are, and what memory all of it takes.
/// </summary>
internal static class OverloadBenchmark
{
    private const int Factor = 10;
    private const double Tail = 0.99;

    // Accepted frames under overload over those of a stream alone.
    private const double TailTarget = 2;
    private const int BudgetMegabytes = 64;

    // After its time a load is answered what it has sent, which takes no longer than this.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(60);

    // A frame that has waited so long, of what it takes, would come too late: it is answered and not computed.
    private const double DeadlineShare = 0.8;

    public static async Task RunAsync(
        BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report, TimeSpan time)
    {
        var package = packages.Default;
        var route = package.Manifest.Routes[0].Degradation;
        await using var daemon = await ServerProcess.StartDaemonAsync(
            package.Directory, "--threads", "1", "--frame-memory", $"{BudgetMegabytes}",
            "--max-pixels", $"{options.Width * options.Height}");
        var (alone, inDaemon) = (new Samples(), new Samples());
        await using (var stream = await GoodStream.OpenAsync(daemon.Address, options, route))
        {
            await stream.MeasureAsync(options.RoundTime, new Samples(), daemon, TimeSpan.Zero);
            await stream.MeasureAsync(options.RoundTime * options.RoundCount, alone, daemon, TimeSpan.Zero, inDaemon);
        }

        var rate = 1000 / alone.Median;
        report.Add("one stream alone p50 / p99", $"{alone.Median:F2} / {alone.Percentile(Tail):F2} ms");
        report.Add(
            "the same from arrival to answer", $"{inDaemon.Median:F2} / {inDaemon.Percentile(Tail):F2} ms");
        var before = await ReadMemoryAsync(daemon.Address);
        var deadline = (uint)Math.Max(1, alone.Median * DeadlineShare);
        await MeasureAsync("a LIVE stream at ten times its rate", 1, rate * Factor, Delivery.Live, 0);
        await MeasureAsync("ten LIVE streams with a deadline", Factor, rate, Delivery.Live, deadline);
        await MeasureAsync("ten LOSSLESS streams with a deadline", Factor, rate, Delivery.Lossless, deadline);

        async Task MeasureAsync(string what, int count, double rateEach, Delivery delivery, uint deadlineMs)
        {
            using var ended = new CancellationTokenSource(time);

            // A LOSSLESS sender is held back before its frame can leave: what counts is the time from the arrival on.
            var tail = (delivery == Delivery.Live ? alone : inDaemon).Percentile(Tail);

            // Under the control: as long as what is accepted may take.
            var holdUp = options.SlowDown > TimeSpan.Zero
                ? TimeSpan.FromMilliseconds(tail * TailTarget)
                : TimeSpan.Zero;
            var load = new Load(options, daemon, (route, rateEach), (delivery, deadlineMs), holdUp);
            var watching = WatchAsync(daemon.Address, ended.Token);
            var running = Task.WhenAll(
                Enumerable.Range(0, count).Select(_ => Task.Run(() => load.RunAsync(ended.Token))));
            try
            {
                await running.WaitAsync(time + EndPatience);
            }
            catch (TimeoutException)
            {
                throw new EdgeRestoreException(
                    $"The load '{what}' has not been answered {EndPatience.TotalSeconds} s after its end; allowed is "
                    + "less. Look whether the daemon computes at all.");
            }

            var (resident, reserved) = await watching;
            report.Add(
                $"{what}: sent, answered, late, dropped",
                $"{load.SentCount}, {load.Accepted.Count}, {load.LateCount}, {load.DroppedCount}");
            report.Add($"{what}: answered a second, alone {rate:F1}", $"{load.Accepted.Count / time.TotalSeconds:F1}");
            report.AddAtMost(
                $"{what}: accepted p99 over alone", load.Accepted.Percentile(Tail) / tail, TailTarget, "F2");
            report.AddAtMost($"{what}: frame memory reserved, MiB", reserved / (1 << 20), BudgetMegabytes, "F1");
            report.AddAtMost(
                $"{what}: growth of the process, MiB", (resident - before) / (1 << 20), BudgetMegabytes, "F1");
        }
    }

    private static async Task<double> ReadMemoryAsync(Uri daemon)
    {
        using var client = new RestoreClient(daemon);
        return (await client.GetStatusAsync()).Memory.ResidentBytes;
    }

    /// <summary>The largest of what it takes, read twice a second.</summary>
    private static async Task<(double Resident, double Reserved)> WatchAsync(Uri daemon, CancellationToken ended)
    {
        using var client = new RestoreClient(daemon);
        var (resident, reserved) = (0.0, 0.0);
        while (!ended.IsCancellationRequested)
        {
            var memory = (await client.GetStatusAsync(CancellationToken.None)).Memory;
            resident = Math.Max(resident, memory.ResidentBytes);
            reserved = Math.Max(reserved, memory.FrameReservedBytes);
            await Task.Delay(500, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (resident, reserved);
    }

    /// <summary>Cameras that send at a rate, whatever is answered. Thread-safe.</summary>
    private sealed class Load(
        BenchmarkOptions options,
        ServerProcess daemon,
        (Degradation Route, double Rate) frames,
        (Delivery Delivery, uint DeadlineMs) way,
        TimeSpan holdUp)
    {
        private readonly Lock _gate = new();
        private readonly Lock _holding = new();

        public Samples Accepted { get; } = new();

        public long SentCount { get; private set; }

        public long LateCount { get; private set; }

        public ulong DroppedCount { get; private set; }

        public async Task RunAsync(CancellationToken ended)
        {
            using var client = new RestoreClient(daemon.Address);
            var settings = LatencyBenchmark.Open(options.Width, options.Height, frames.Route);
            settings.Delivery = way.Delivery;
            settings.FrameDeadlineMs = way.DeadlineMs;
            await using var stream = await client.OpenAsync(settings, cancellationToken: CancellationToken.None);
            var receiving = ReceiveAsync(stream, ended);
            var payload = LatencyBenchmark.Payload(options.Width, options.Height);
            var start = Stopwatch.GetTimestamp();
            var count = 0L;
            while (!ended.IsCancellationRequested)
            {
                // Late for what was due: it is sent all the same, at once.
                if (count > Stopwatch.GetElapsedTime(start).TotalSeconds * frames.Rate)
                {
                    await Task.Delay(1, CancellationToken.None);
                    continue;
                }

                await stream.SendAsync(payload, Stopwatch.GetTimestamp(), CancellationToken.None);
                count++;
            }

            await stream.CompleteAsync();
            await receiving;
            lock (_gate)
            {
                SentCount += count;
            }
        }

        private async Task ReceiveAsync(RestoreStream stream, CancellationToken ended)
        {
            await foreach (var frame in stream.ReceiveAsync(CancellationToken.None))
            {
                if (frame.Error == RestoreError.None)
                {
                    HoldUp(ended);
                }

                lock (_gate)
                {
                    DroppedCount += frame.DroppedCount;
                    if (frame.Error == RestoreError.DeadlineExceeded)
                    {
                        LateCount++;
                        continue;
                    }

                    LatencyBenchmark.RequireRestored(frame);
                    Accepted.Add(way.Delivery == Delivery.Live
                        ? Stopwatch.GetElapsedTime(frame.TimestampNs).TotalMilliseconds : GoodStream.InDaemon(frame));
                }
            }
        }

        // Under the control the daemon stands still for a while with every frame that it restores: once for each, and
        // not for those that it answers late, of which there are so many that it would stand still for good.
        private void HoldUp(CancellationToken ended)
        {
            lock (_holding)
            {
                if (!ended.IsCancellationRequested)
                {
                    daemon.HoldUp(holdUp);
                }
            }
        }
    }
}
