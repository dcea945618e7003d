namespace EdgeRestore.Daemon.Telemetry;

/// <summary>How a metric's values are to be read.</summary>
internal enum MetricKind
{
    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A sum that goes up and down.</summary>
    Sum,

    Histogram,
}
