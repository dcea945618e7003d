using System.Diagnostics.Metrics;

namespace EdgeRestore.Daemon.Telemetry;

/// <summary><c>GET /metrics</c>.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void Map(WebApplication app, DaemonMetrics metrics)
    {
        // Listens from the start: what was counted before the first scrape belongs to it.
        var collection = new MetricCollection(metrics, app.Services.GetRequiredService<IMeterFactory>());
        app.Lifetime.ApplicationStopped.Register(collection.Dispose);
        app.MapGet(Path, call =>
        {
            call.Response.ContentType = PrometheusText.ContentType;
            return call.Response.WriteAsync(PrometheusText.Write(collection.Collect()), call.RequestAborted);
        });
    }
}
