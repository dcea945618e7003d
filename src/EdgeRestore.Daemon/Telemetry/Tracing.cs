using System.Diagnostics;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Degradations;

namespace EdgeRestore.Daemon.Telemetry;

/// <summary>
/// Spans: one per call, which continues the trace that its <c>traceparent</c> header names (W3C Trace Context), and one
/// per frame of a call that is recorded. Without a listener there are none, and nothing is allocated.
/// </summary>
internal static class Tracing
{
    public const string SourceName = "EdgeRestore.Daemon";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The span of a call; null when nobody listens. Disposing it ends it.</summary>
    public static Activity? StartCall(HttpContext call, string name)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var headers = call.Request.Headers;
        ActivityContext.TryParse(
            headers.TraceParent.ToString(), headers.TraceState.ToString(), isRemote: true, out var parent);

        // The server's own span for the request is not exported: as a parent it would be a gap in the trace.
        Activity.Current = null;
        return Source.StartActivity(name, ActivityKind.Server, parent);
    }

    /// <summary>The span of the call that runs here, if it is recorded.</summary>
    public static Activity? CurrentCall() =>
        Activity.Current is { Recorded: true } call && ReferenceEquals(call.Source, Source) ? call : null;

    /// <summary>The span of a frame that is about to be answered.</summary>
    public static void RecordFrame(Activity call, StreamFrame frame, in StageTimes times, DateTimeOffset now)
    {
        using var span = Source.StartActivity(
            "restore frame", ActivityKind.Internal, call.Context, startTime: now - times.Total);
        if (span is null)
        {
            return;
        }

        span.SetTag("edgerestore.frame.sequence", (long)frame.Sequence);
        if (frame.HasFailed)
        {
            span.SetStatus(ActivityStatusCode.Error, frame.Message);
            span.SetTag("error.type", frame.Error.ToString().ToLowerInvariant());
        }
        else
        {
            span.SetTag("edgerestore.route", frame.Result.Route.ToName());
            span.SetTag("edgerestore.confidence", frame.Result.Confidence);
            span.SetTag("edgerestore.bypassed", frame.Result.Bypassed);
            if (frame.Result.Detail is { } detail)
            {
                span.SetTag("edgerestore.bypass_detail", detail);
            }
        }

        span.SetTag("edgerestore.queue_us", (long)times.Queue.TotalMicroseconds);
        span.SetTag("edgerestore.decode_us", (long)times.Decode.TotalMicroseconds);
        span.SetTag("edgerestore.classify_us", (long)frame.Result.Classify.TotalMicroseconds);
        span.SetTag("edgerestore.run_us", (long)frame.Result.Run.TotalMicroseconds);
        span.SetTag("edgerestore.encode_us", (long)times.Encode.TotalMicroseconds);
        span.SetEndTime(now.UtcDateTime);
    }
}
