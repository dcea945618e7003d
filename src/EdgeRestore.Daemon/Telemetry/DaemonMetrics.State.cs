using System.Diagnostics.Metrics;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Degradations;
using EdgeRestore.Inference;

namespace EdgeRestore.Daemon.Telemetry;

internal sealed partial class DaemonMetrics
{
    /// <summary>Adds the gauges that are read from the host when somebody asks.</summary>
    public void Observe(StreamHost host)
    {
        Meter.CreateObservableUpDownCounter(
            "edgerestore.streams.open", () => host.Registry.OpenCount, "{stream}", "Open streams.");
        Meter.CreateObservableGauge(
            "edgerestore.streams.limit", () => host.Limits.MaxStreams, "{stream}", "Streams that may be open at once.");
        Meter.CreateObservableUpDownCounter(
            "edgerestore.requests.waiting", () => host.Registry.WaitingCount, "{request}",
            "Requests in line for a place.");
        Meter.CreateObservableGauge(
            "edgerestore.uptime", () => host.Clock.GetElapsedTime(host.StartedAt).TotalSeconds, "s",
            "Time since the start.");
        Meter.CreateObservableGauge(
            "edgerestore.package.active", () => ReadPackage(host), null, "1 for the package that is served.");
        Meter.CreateObservableGauge(
            "edgerestore.provider.used", () => ReadProviders(host), null, "1 for the provider that computes, 0 for "
                + "those passed over.");
        Meter.CreateObservableGauge(
            "edgerestore.engine.state", () => ReadEngines(host), null, "1 for the state that a route's engine is in.");
    }

    private static Measurement<int> ReadPackage(StreamHost host)
    {
        var package = host.Restorer.Package;
        return new Measurement<int>(
            1,
            new("edgerestore.package.name", package.Manifest.Name),
            new("edgerestore.package.version", package.Manifest.Version),
            new("edgerestore.package.sha256", package.Sha256));
    }

    private static IEnumerable<Measurement<int>> ReadProviders(StreamHost host) => host.Restorer.Providers.Select(
        step => new Measurement<int>(
            step.IsUsed ? 1 : 0, new KeyValuePair<string, object?>("edgerestore.provider", step.Provider)));

    private static IEnumerable<Measurement<int>> ReadEngines(StreamHost host) => host.Restorer.ReadRoutes().SelectMany(
        route => (Measurement<int>[])
        [
            State(route, "ready", route.IsReady),
            State(route, "unbuilt", !route.IsReady && route.Fault is null),
            State(route, "unavailable", route.Fault is not null),
        ]);

    private static Measurement<int> State(RouteReadiness route, string state, bool isInIt) => new(
        isInIt ? 1 : 0,
        new(Route, route.Degradation.ToName()),
        new("state", state));
}
