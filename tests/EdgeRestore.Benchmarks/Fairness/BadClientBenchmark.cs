using EdgeRestore.Client;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>
/// The slowest frames of a stream that behaves, beside nothing and beside one that does not, in turns.
/// </summary>
internal static class BadClientBenchmark
{
    // What one bad client may cost others.
    private const double Target = 1.10;
    private const double Tail = 0.99;

    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(30);

    // Those that stop reading send frames first, which are computed like anybody's: what counts begins when they have.
    private static readonly (string What, bool ComputesFirst, Func<Uri, BadProcess> Start)[] Clients =
    [
        ("one that stops reading", true, daemon => BadProcess.StartRaw("deaf", daemon, 60)),
        ("one that stops reading, LIVE", true, daemon => BadProcess.StartRaw("deaf-live", daemon, 60)),
        ("one that sends a byte a second", false, daemon => BadProcess.StartRaw("slow", daemon, 1)),
        ("one that begins 10,000 calls", false, daemon => BadProcess.StartRaw("crowd", daemon, 10_000)),
        ("one that opens 10,000 streams", false, daemon => BadProcess.StartRaw("streams", daemon, 10_000)),
        ("one whose frames are rubbish", false, daemon => BadProcess.Start(BadClients.Rubbish, daemon)),
        ("one whose frames have 32 MiB", false, daemon => BadProcess.Start(BadClients.Giant, daemon)),
        ("one that vanishes with frames in flight", false, daemon => BadProcess.Start(BadClients.Vanish, daemon)),
    ];

    public static async Task RunAsync(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        var package = packages.Default;

        // One core is left to the clients, the good one first of all: this is not about a machine that is full.
        await using var daemon = await ServerProcess.StartDaemonAsync(package.Directory, "--threads", "1");
        await using var stream = await GoodStream.OpenAsync(
            daemon.Address, options, package.Manifest.Routes[0].Degradation);
        using var client = new RestoreClient(daemon.Address);
        await stream.MeasureAsync(3 * options.RoundTime, new Samples(), daemon, TimeSpan.Zero);
        foreach (var (what, computesFirst, start) in Clients)
        {
            var (tailAlone, tailBeside, ratios) = (new Samples(), new Samples(), new Samples());
            var largestBytes = 0ul;
            for (var round = 0; round < options.RoundCount; round++)
            {
                var (alone, beside) = (new Samples(), new Samples());
                await stream.MeasureAsync(options.RoundTime, alone, daemon, TimeSpan.Zero);
                using (start(daemon.Address))
                {
                    if (computesFirst)
                    {
                        await WaitForSilenceAsync(client, stream, daemon);
                    }

                    // Of the others from the start on: how they come is part of what they do.
                    await stream.MeasureAsync(options.RoundTime, beside, daemon, HoldUpOf(options, alone));
                    largestBytes = Math.Max(largestBytes, (await client.GetStatusAsync()).Memory.ResidentBytes);
                }

                await WaitForLeaveAsync(client, stream, daemon);
                tailAlone.Add(alone.Percentile(Tail));
                tailBeside.Add(beside.Percentile(Tail));
                ratios.Add(beside.Percentile(Tail) / alone.Percentile(Tail));
            }

            // By rounds: in one that something else disturbed, the slowest frames are that one's, alone or beside.
            report.Add($"p99 alone / beside {what}", $"{tailAlone.Median:F2} / {tailBeside.Median:F2} ms");
            report.Add($"resident memory beside {what}", $"{largestBytes >> 20} MiB");
            report.AddAtMost($"p99 beside {what} over alone", ratios.Median, Target, "F2");
        }
    }

    // The control must show beside what frames take on this machine, whatever their size.
    private static TimeSpan HoldUpOf(BenchmarkOptions options, Samples alone)
    {
        var share = TimeSpan.FromMilliseconds(alone.Percentile(Tail) / 3);
        return options.SlowDown == TimeSpan.Zero || options.SlowDown > share ? options.SlowDown : share;
    }

    // Looks about a frame apart: nothing of the other one was computed between two of them.
    private static async Task WaitForSilenceAsync(RestoreClient client, GoodStream stream, ServerProcess daemon)
    {
        using var patience = new CancellationTokenSource(LeavePatience);
        var (last, sameCount) = (0ul, 0);
        while (sameCount < 5)
        {
            RequirePatience(patience, "a client that stops reading is still answered");
            await stream.MeasureAsync(TimeSpan.Zero, new Samples(), daemon, TimeSpan.Zero);
            var restored = (await client.GetStatusAsync(CancellationToken.None)).Streams
                .Where(other => other.StreamName == "hostile").Aggregate(
                    0ul, (sum, other) => sum + other.Frames.Restored);
            sameCount = restored > 0 && restored == last ? sameCount + 1 : 0;
            last = restored;
        }
    }

    private static async Task WaitForLeaveAsync(RestoreClient client, GoodStream stream, ServerProcess daemon)
    {
        using var patience = new CancellationTokenSource(LeavePatience);
        while ((await client.GetStatusAsync(CancellationToken.None)).Streams.Count > 1)
        {
            RequirePatience(patience, "a client that has gone still has streams");
            await stream.MeasureAsync(TimeSpan.Zero, new Samples(), daemon, TimeSpan.Zero);
        }
    }

    private static void RequirePatience(CancellationTokenSource patience, string what)
    {
        if (patience.IsCancellationRequested)
        {
            throw new EdgeRestoreException(
                $"After {LeavePatience.TotalSeconds} s {what}; allowed is less. Run it where less else does.");
        }
    }
}
