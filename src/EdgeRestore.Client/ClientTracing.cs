using System.Diagnostics;
using Grpc.Core;

namespace EdgeRestore.Client;

/// <summary>One span per stream, under the caller's own; the daemon's spans continue it (W3C Trace Context).</summary>
internal static class ClientTracing
{
    private static readonly ActivitySource Source = new("EdgeRestore.Client");

    /// <summary>Null when nobody listens to the source.</summary>
    public static Activity? Start(string name) => Source.StartActivity(name, ActivityKind.Client);

    /// <summary>
    /// Given by hand: what the HTTP client would send names a span of its own, which is mostly not exported and would
    /// leave a gap.
    /// </summary>
    public static Metadata? HeadersOf(Activity? span)
    {
        if (span is not { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            return null;
        }

        var headers = new Metadata { { "traceparent", id } };
        if (!string.IsNullOrEmpty(span.TraceStateString))
        {
            headers.Add("tracestate", span.TraceStateString);
        }

        return headers;
    }

    public static void End(Activity? span, string fault)
    {
        span?.SetStatus(ActivityStatusCode.Error, fault);
        span?.Dispose();
    }
}
