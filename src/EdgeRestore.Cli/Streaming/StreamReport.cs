using EdgeRestore.Cli.Output;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Cli.Streaming;

/// <summary>What became of one stream.</summary>
internal sealed record StreamReport
{
    public required StreamOpened Opened { get; init; }

    public required IReadOnlyList<StreamedFrame> Frames { get; init; }

    public required long DroppedCount { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Shows the report and gives the exit code.</summary>
    public static int Show(StreamReport report, Screen screen)
    {
        var failed = report.Frames.Where(frame => frame.Error is not null).ToList();
        var answered = report.Frames.Where(frame => frame.Error is null).ToList();
        foreach (var frame in failed)
        {
            screen.Remark(Screen.Printable($"{frame.Name}: {frame.Error}"));
        }

        foreach (var frame in answered.Where(frame => frame.Detail is not null))
        {
            screen.Remark(Screen.Printable($"{frame.Name} passed through: {frame.Detail}"));
        }

        screen.Table(
            ["frame", "result", "route", "confidence", "round trip ms", "queue", "decode", "classify", "run", "encode"],
            [.. answered.Select(frame => (string[])
            [
                frame.Name,
                frame.Bypassed ? "passed through" : "restored",
                frame.Route ?? "",
                $"{frame.Confidence:F2}",
                $"{frame.RoundTripMs:F1}",
                $"{frame.QueueMs:F1}",
                $"{frame.DecodeMs:F1}",
                $"{frame.ClassifyMs:F1}",
                $"{frame.RunMs:F1}",
                $"{frame.EncodeMs:F1}",
            ])],
            textColumns: 3);
        var opened = report.Opened;
        var passed = answered.Count(frame => frame.Bypassed);
        var rate = answered.Count / report.Elapsed.TotalSeconds;
        screen.Line(
            $"{answered.Count - passed} restored, {passed} passed through, {failed.Count} failed, "
            + $"{report.DroppedCount} dropped in {report.Elapsed.TotalSeconds:F1} s: {rate:F1} frames/s, "
            + $"{opened.Delivery.ToWireName()}, package {opened.PackageName} {opened.PackageVersion} on "
            + $"{opened.Device}");
        if (answered.Count > 0)
        {
            var times = answered.Select(frame => frame.RoundTripMs).Order().ToArray();
            screen.Line(
                $"Round trip: median {Percentile(times, 50):F1} ms, 99th percentile {Percentile(times, 99):F1} ms");
        }

        screen.Document(new
        {
            stream = opened.StreamName,
            delivery = opened.Delivery.ToWireName(),
            package = $"{opened.PackageName} {opened.PackageVersion}",
            device = opened.Device,
            seconds = report.Elapsed.TotalSeconds,
            framesPerSecond = rate,
            restored = answered.Count - passed,
            bypassed = passed,
            dropped = report.DroppedCount,
            failed = failed.Count,
            frames = report.Frames,
        });
        return failed.Count > 0 || answered.Any(frame => frame.Detail is not null)
            ? ExitCode.PartFailed
            : ExitCode.Done;
    }

    // Nearest rank.
    private static double Percentile(double[] sorted, int percent) =>
        sorted[Math.Max(0, (int)Math.Ceiling(percent / 100.0 * sorted.Length) - 1)];
}
