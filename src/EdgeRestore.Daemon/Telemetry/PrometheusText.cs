using System.Globalization;
using System.Text;

namespace EdgeRestore.Daemon.Telemetry;

/// <summary>Metrics in Prometheus' text exposition format 0.0.4.</summary>
/// <remarks>
/// Names follow OpenTelemetry's rules for Prometheus: dots to underscores, the unit as a suffix, <c>_total</c> for
/// counters. https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
/// </remarks>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder();
        foreach (var metric in metrics.Where(metric => metric.Series.Any(series => series.IsCurrent)))
        {
            var name = NameOf(metric);
            text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(metric.Instrument.Description ?? ""));
            text.Append("\n# TYPE ").Append(name).Append(' ').Append(TypeOf(metric.Kind)).Append('\n');
            foreach (var series in metric.Series.Where(series => series.IsCurrent))
            {
                if (metric.Bounds is { } bounds)
                {
                    WriteHistogram(text, name, series, bounds);
                }
                else
                {
                    WriteSample(text, name, series.Tags, null, series.Value);
                }
            }
        }

        return text.ToString();
    }

    private static void WriteHistogram(StringBuilder text, string name, MetricSeries series, double[] bounds)
    {
        // Buckets are read once: the count must equal the last of them, whatever is recorded meanwhile.
        var cumulative = 0L;
        for (var index = 0; index <= bounds.Length; index++)
        {
            cumulative += series.ReadBucket(index);
            var end = index < bounds.Length ? Format(bounds[index]) : "+Inf";
            WriteSample(text, $"{name}_bucket", series.Tags, end, cumulative);
        }

        WriteSample(text, $"{name}_sum", series.Tags, null, series.Value);
        WriteSample(text, $"{name}_count", series.Tags, null, cumulative);
    }

    private static void WriteSample(
        StringBuilder text,
        string name,
        IReadOnlyList<KeyValuePair<string, object?>> tags,
        string? bucketEnd,
        double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (key, tag) in tags)
        {
            text.Append(separator).Append(Sanitize(key)).Append("=\"").Append(EscapeLabel(tag)).Append('"');
            separator = ',';
        }

        if (bucketEnd is not null)
        {
            text.Append(separator).Append("le=\"").Append(bucketEnd).Append('"');
            separator = ',';
        }

        text.Append(separator == '{' ? " " : "} ").Append(Format(value)).Append('\n');
    }

    private static string NameOf(Metric metric)
    {
        var name = Sanitize(metric.Instrument.Name);
        var unit = metric.Instrument.Unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "1" when metric.Kind != MetricKind.Counter => "ratio",
            _ => "",
        };
        if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
        {
            name += $"_{unit}";
        }

        return metric.Kind == MetricKind.Counter ? $"{name}_total" : name;
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Sanitize(string name) => string.Create(name.Length, name, static (target, source) =>
    {
        for (var index = 0; index < target.Length; index++)
        {
            target[index] = char.IsAsciiLetterOrDigit(source[index]) ? source[index] : '_';
        }
    });

    private static string EscapeHelp(string text) => text.Replace("\\", "\\\\").Replace("\n", "\\n");

    private static string EscapeLabel(object? value) =>
        EscapeHelp(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"");

    private static string Format(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
