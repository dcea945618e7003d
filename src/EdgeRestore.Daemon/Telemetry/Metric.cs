using System.Diagnostics.Metrics;

namespace EdgeRestore.Daemon.Telemetry;

/// <summary>One instrument with all its series. Thread-safe.</summary>
internal sealed class Metric
{
    // Tags come from closed lists; a bound all the same, since a library's may not.
    private const int MaxSeriesCount = 512;

    // OpenTelemetry's own defaults, of instruments that advise none.
    private static readonly double[] DefaultBounds =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly Lock _gate = new();
    private volatile MetricSeries[] _series = [];

    public Metric(Instrument instrument)
    {
        Instrument = instrument;
        var type = instrument.GetType();
        Kind = type.IsGenericType ? KindOf(type.GetGenericTypeDefinition()) : MetricKind.Gauge;
        Bounds = Kind != MetricKind.Histogram ? null
            : (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? DefaultBounds;
    }

    public Instrument Instrument { get; }

    public MetricKind Kind { get; }

    /// <summary>Upper ends of a histogram's buckets; null for other kinds.</summary>
    public double[]? Bounds { get; }

    public IReadOnlyList<MetricSeries> Series => _series;

    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is not { } series)
        {
            return;
        }

        if (Kind == MetricKind.Histogram)
        {
            series.Record(value);
        }
        else if (Instrument.IsObservable || Kind == MetricKind.Gauge)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Before observable instruments are read: what they no longer tell is no longer shown.</summary>
    public void Expire()
    {
        if (!Instrument.IsObservable)
        {
            return;
        }

        foreach (var series in _series)
        {
            series.IsCurrent = false;
        }
    }

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in _series)
        {
            if (series.HasTags(tags))
            {
                return series;
            }
        }

        lock (_gate)
        {
            foreach (var series in _series)
            {
                if (series.HasTags(tags))
                {
                    return series;
                }
            }

            if (_series.Length == MaxSeriesCount)
            {
                return null;
            }

            var added = new MetricSeries(tags.ToArray(), Bounds);
            _series = [.. _series, added];
            return added;
        }
    }

    private static MetricKind KindOf(Type type) =>
        type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
        : type == typeof(Histogram<>) ? MetricKind.Histogram
        : type == typeof(UpDownCounter<>) ? MetricKind.Sum
        : MetricKind.Gauge;
}
