using System.CommandLine;
using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Benchmarks.Soak;

/// <summary>
/// Hours of cameras as they come: steady ones, slow ones, ones that send rubbish or vanish; fails when the daemon
/// grows, or when one frame is lost, reordered or answered with another one's pixels.
/// </summary>
internal static class SoakCommand
{
    private const long MaxGrowthBytes = 10 << 20;

    // Before it engines, pools and the heap take what they need for good.
    private const double WarmUpShare = 0.25;

    private static readonly TimeSpan SampleTime = TimeSpan.FromSeconds(0.5);

    public static Command Create()
    {
        var minutes = new Option<double>("--minutes")
        {
            DefaultValueFactory = _ => 10,
            Description = "How long",
        };
        var control = new Option<string>("--control")
        {
            DefaultValueFactory = _ => "none",
            Description =
                "Negative control, with which the soak must fail: grow (frames grow), lose (a reply is thrown "
                + "away), reorder (two are swapped)",
        };
        control.AcceptOnlyFromAmong("none", "grow", "lose", "reorder");
        var command = new Command(
            "soak",
            "Runs a daemon under steady, slow, faulty and vanishing clients, with reloads, for minutes or hours.\n\n"
            + "It fails when the daemon's memory grows by more than 10 MB after a quarter of the time, or when a frame "
            + "is lost, comes twice, out of order, or with another one's pixels. Meanwhile the package is changed for "
            + "another version every two seconds.\n\n"
            + "Example: ./edgerestore soak --minutes 60\n\n"
            + "Exit codes: 0 passed; 1 failed; 2 wrong option; 5 cannot run.")
        {
            minutes, control,
        };
        command.SetAction(async (parsed, token) => await RunAsync(
            TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(control)!, token));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan time, string control, CancellationToken cancellationToken)
    {
        var scratch = Directory.CreateTempSubdirectory("edgerestore-soak-");
        var ledger = new SoakLedger(control);
        try
        {
            var package = SoakReloads.Prepare(scratch.FullName);

            // The trial is over with the first good frame: the next change waits for nothing else. There is room for
            // streams that have vanished and of which a busy daemon has not heard yet; only those wait when there is
            // none left.
            await using var daemon = await ServerProcess.StartDaemonAsync(
                package, "--repository", SoakReloads.RepositoryIn(scratch.FullName), "--trial-frames", "1",
                "--trial-bad-frames", "1000000", "--max-streams", "64", "--peer-share", "100");
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            ended.CancelAfter(time);
            var soak = new SoakRun(daemon.Address, ledger, time, control == "grow", ended.Token);
            var cameras = SoakCameras.All.Select(camera => Task.Run(
                () => camera(soak), CancellationToken.None)).ToArray();
            var (before, after) = await WatchAsync(daemon.Address, time, cameras, ended.Token);
            await Task.WhenAll(cameras);
            await ExpectEmptyAsync(daemon.Address, ledger);
            return Report(ledger, before, after);
        }
        catch (EdgeRestoreException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 5;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>
    /// Resident memory after the warm-up and at the end: medians, since it breathes with the collections.
    /// </summary>
    private static async Task<(double Before, double After)> WatchAsync(
        Uri address, TimeSpan time, Task[] cameras, CancellationToken ended)
    {
        using var client = new RestoreClient(address);
        var samples = new List<(double Share, double Bytes)>();
        var start = Stopwatch.GetTimestamp();
        while (!ended.IsCancellationRequested && !cameras.Any(camera => camera.IsFaulted))
        {
            var resident = (await client.GetStatusAsync(CancellationToken.None)).Memory.ResidentBytes;
            samples.Add((Stopwatch.GetElapsedTime(start) / time, resident));
            await Task.Delay(SampleTime, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (MedianOf(WarmUpShare, 2 * WarmUpShare), MedianOf(1 - WarmUpShare, double.MaxValue));

        double MedianOf(double from, double to)
        {
            var chosen = samples.Where(sample => sample.Share >= from && sample.Share < to)
                .Select(sample => sample.Bytes).Order().ToArray();
            return chosen.Length > 0 ? chosen[chosen.Length / 2] : 0;
        }
    }

    /// <summary>When all have gone, nothing of them is left.</summary>
    private static async Task ExpectEmptyAsync(Uri address, SoakLedger ledger)
    {
        using var client = new RestoreClient(address);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        GetStatusReply status;
        do
        {
            status = await client.GetStatusAsync(CancellationToken.None);
        }
        while ((status.Streams.Count > 0 || status.Memory.FrameBytes > 0) && !patience.IsCancellationRequested);

        if (status.Streams.Count > 0 || status.Memory.FrameReservedBytes > 0 || status.Memory.FrameBytes > 0)
        {
            ledger.Fault(
                $"{status.Streams.Count} streams, {status.Memory.FrameReservedBytes} reserved bytes and "
                + $"{status.Memory.FrameBytes} bytes of frames are left when all clients have gone.");
        }
    }

    private static int Report(SoakLedger ledger, double before, double after)
    {
        var growth = after - before;
        Console.WriteLine(
            $"{ledger.AnsweredCount} frames answered, {ledger.DroppedCount} dropped and named, {ledger.RefusedCount} "
            + $"bad ones refused, {ledger.FailedCount} failed in the engine as they had to, {ledger.StreamCount} "
            + $"streams, {ledger.ReloadCount} reloads, {ledger.FullCount} times full; resident {before / (1 << 20):F1} "
            + $"to {after / (1 << 20):F1} MiB");
        if (ledger.AnsweredCount == 0 || ledger.ReloadCount == 0 || ledger.FailedCount == 0)
        {
            ledger.Fault("Nothing was answered, reloaded or failed: the soak has proved nothing. Give it more time.");
        }

        if (growth > MaxGrowthBytes)
        {
            ledger.Fault(
                $"Resident memory grew by {growth / (1 << 20):F1} MiB; allowed are {MaxGrowthBytes >> 20}.");
        }

        foreach (var fault in ledger.Faults)
        {
            Console.WriteLine($"FAULT {fault}");
        }

        Console.WriteLine(ledger.Faults.Count == 0 ? "passed" : "failed");
        return ledger.Faults.Count == 0 ? 0 : 1;
    }
}
