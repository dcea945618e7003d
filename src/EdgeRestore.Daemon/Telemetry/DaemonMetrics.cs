using System.Diagnostics.Metrics;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Degradations;
using EdgeRestore.Inference;
using Grpc.Core;

namespace EdgeRestore.Daemon.Telemetry;

/// <summary>
/// What the daemon counts and measures, as instruments named by OpenTelemetry's conventions. Thread-safe; what a frame
/// records allocates nothing: tag values are strings that exist already.
/// </summary>
internal sealed partial class DaemonMetrics : IDisposable
{
    public const string MeterName = "EdgeRestore.Daemon";

    private const string Route = "edgerestore.route";
    private const string Stage = "edgerestore.stage";

    // Seconds: a cached decode takes tens of microseconds, a large frame on a CPU takes seconds.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries =
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<double> Shares = new()
    {
        HistogramBucketBoundaries = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
    };

    private static readonly string[] Routes = [.. DegradationNames.All.Select(DegradationNames.ToName)];

    private static readonly KeyValuePair<string, object?> Received = new("network.io.direction", "receive");
    private static readonly KeyValuePair<string, object?> Sent = new("network.io.direction", "transmit");

    private readonly Counter<long> _received;
    private readonly Counter<long> _answered;
    private readonly Counter<long> _bypassed;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _payloadBytes;
    private readonly Counter<long> _routeSwitches;
    private readonly Counter<long> _streamsOpened;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _streamsRefused;
    private readonly Counter<long> _accessRefused;
    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<double> _frameDuration;
    private readonly Histogram<double> _confidence;
    private long _waitingCount;
    private long _waitingBytes;

    public DaemonMetrics()
    {
        Meter = new Meter(new MeterOptions(MeterName) { Scope = this });
        _received = Meter.CreateCounter<long>(
            "edgerestore.frames.received", "{frame}", "Frames that arrived, good or bad.");
        _answered = Meter.CreateCounter<long>(
            "edgerestore.frames.answered", "{frame}", "Frames answered with pixels, by route and outcome.");
        _bypassed = Meter.CreateCounter<long>(
            "edgerestore.frames.bypassed", "{frame}", "Frames that passed through, by reason.");
        _failed = Meter.CreateCounter<long>(
            "edgerestore.frames.failed", "{frame}", "Frames answered with an error, by whose fault it is.");
        _dropped = Meter.CreateCounter<long>(
            "edgerestore.frames.dropped", "{frame}", "Frames dropped without being computed, by reason.");
        _retried = Meter.CreateCounter<long>(
            "edgerestore.frames.retried", "{frame}", "Frames run again since a device failed on them, by device.");
        _payloadBytes = Meter.CreateCounter<long>(
            "edgerestore.frames.io", "By", "Payload bytes of frames, by direction.");
        _routeSwitches = Meter.CreateCounter<long>(
            "edgerestore.route.switches", "{switch}", "Frames whose route differs from the frame before, by new "
                + "route.");
        _stageDuration = Meter.CreateHistogram(
            "edgerestore.frame.stage.duration", "s", "Time of one frame in one stage.", null, Durations);
        _frameDuration = Meter.CreateHistogram(
            "edgerestore.frame.duration", "s", "From a frame's last byte in to its answer, by route.", null, Durations);
        _confidence = Meter.CreateHistogram(
            "edgerestore.route.confidence", "1", "Confidence of routing decisions, by route.", null, Shares);
        _streamsOpened = Meter.CreateCounter<long>("edgerestore.streams.opened", "{stream}", "Streams opened.");
        _streamsRefused = Meter.CreateCounter<long>(
            "edgerestore.streams.refused", "{stream}", "Streams refused, by gRPC status.");
        _accessRefused = Meter.CreateCounter<long>(
            "edgerestore.access.refused", "{request}", "Requests refused for want of identity or right, by reason.");
        Meter.CreateObservableUpDownCounter(
            "edgerestore.queue.frames", ReadWaitingCount, "{frame}", "Frames received and not answered yet.");
        Meter.CreateObservableUpDownCounter(
            "edgerestore.queue.size", ReadWaitingBytes, "By", "Payload bytes of frames not answered yet.");
    }

    public Meter Meter { get; }

    /// <summary>A frame has arrived; it counts as waiting until <see cref="FrameLeft"/>.</summary>
    public void FrameEntered(int lengthBytes)
    {
        Interlocked.Increment(ref _waitingCount);
        Interlocked.Add(ref _waitingBytes, lengthBytes);
        _received.Add(1);
        _payloadBytes.Add(lengthBytes, Received);
    }

    /// <summary>A frame that entered was answered, dropped or lost its client.</summary>
    public void FrameLeft(int lengthBytes)
    {
        Interlocked.Decrement(ref _waitingCount);
        Interlocked.Add(ref _waitingBytes, -lengthBytes);
    }

    public void FrameRetried(string device) =>
        _retried.Add(1, new KeyValuePair<string, object?>("edgerestore.provider", device));

    public void FrameDropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void FrameFailed(RestoreError error) =>
        _failed.Add(1, new KeyValuePair<string, object?>("error.type", NameOf(error)));

    /// <summary>A frame was answered with pixels.</summary>
    public void FrameAnswered(in RestoreResult result, in StageTimes times, int lengthBytes)
    {
        var route = new KeyValuePair<string, object?>(Route, Routes[(int)result.Route]);
        _answered.Add(
            1, route, new KeyValuePair<string, object?>("outcome", result.Bypassed ? "bypassed" : "restored"));
        _payloadBytes.Add(lengthBytes, Sent);
        _confidence.Record(result.Confidence, route);
        _frameDuration.Record(times.Total.TotalSeconds, route);
        Record("queue", times.Queue);
        Record("decode", times.Decode);
        if (result.Classify > TimeSpan.Zero)
        {
            Record("classify", result.Classify);
        }

        if (result.Bypassed)
        {
            _bypassed.Add(1, new KeyValuePair<string, object?>("reason", result.Bypass.ToName()));
        }
        else
        {
            Record("run", result.Run);
        }

        Record("encode", times.Encode);
    }

    public void RouteSwitched(Degradation route) =>
        _routeSwitches.Add(1, new KeyValuePair<string, object?>(Route, Routes[(int)route]));

    public void StreamOpened() => _streamsOpened.Add(1);

    public void StreamRefused(StatusCode status) =>
        _streamsRefused.Add(1, new KeyValuePair<string, object?>("rpc.grpc.status_code", NameOf(status)));

    /// <param name="reason">One of a few words, never what the peer sent.</param>
    public void AccessRefused(string reason) =>
        _accessRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => Meter.Dispose();

    private void Record(string stage, TimeSpan time) => _stageDuration.Record(
        Math.Max(0, time.TotalSeconds), new KeyValuePair<string, object?>(Stage, stage));

    private long ReadWaitingCount() => Interlocked.Read(ref _waitingCount);

    private long ReadWaitingBytes() => Interlocked.Read(ref _waitingBytes);

    // Enum.ToString would do, at the price of a string each time.
    private static string NameOf(RestoreError error) => error switch
    {
        RestoreError.Input => "input",
        RestoreError.Capacity => "capacity",
        RestoreError.Engine => "engine",
        RestoreError.Canceled => "canceled",
        RestoreError.DeadlineExceeded => "deadline",
        _ => "unknown",
    };

    private static string NameOf(StatusCode status) => status switch
    {
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.Cancelled => "CANCELLED",
        _ => "OTHER",
    };
}
