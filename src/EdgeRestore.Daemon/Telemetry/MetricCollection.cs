using System.Diagnostics.Metrics;

namespace EdgeRestore.Daemon.Telemetry;

/// <summary>
/// Keeps the values of the daemon's own instruments, of its server's and of the runtime's, for whoever scrapes.
/// Thread-safe.
/// </summary>
internal sealed class MetricCollection : IDisposable
{
    // Connections, requests in flight and TLS handshakes; memory, collections and threads.
    private static readonly string[] OthersMeters =
        ["Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.MemoryPool", "System.Runtime"];

    private readonly Lock _gate = new();
    private readonly List<Metric> _metrics = [];
    private readonly MeterListener _listener = new();
    private readonly DaemonMetrics _own;
    private readonly IMeterFactory _server;

    /// <param name="own">The daemon's instruments.</param>
    /// <param name="server">Whoever makes its server's: another daemon in this process has another.</param>
    public MetricCollection(DaemonMetrics own, IMeterFactory server)
    {
        _own = own;
        _server = server;
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, metric) => Take(metric, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, metric) => Take(metric, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, metric) => Take(metric, value, tags));
        _listener.Start();
    }

    /// <summary>Every metric, observable instruments read anew, in the order of names.</summary>
    public IReadOnlyList<Metric> Collect()
    {
        lock (_gate)
        {
            _metrics.ForEach(metric => metric.Expire());
            _listener.RecordObservableInstruments();
            return [.. _metrics.OrderBy(metric => metric.Instrument.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Publish(Instrument instrument, MeterListener listener)
    {
        var meter = instrument.Meter;
        if (!ReferenceEquals(meter, _own.Meter)
            && (!OthersMeters.Contains(meter.Name)
                || (meter.Scope is not null && !ReferenceEquals(meter.Scope, _server))))
        {
            return;
        }

        var metric = new Metric(instrument);
        lock (_gate)
        {
            _metrics.Add(metric);
        }

        listener.EnableMeasurementEvents(instrument, metric);
    }

    private static void Take(object? metric, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((Metric)metric!).Take(value, tags);
}
