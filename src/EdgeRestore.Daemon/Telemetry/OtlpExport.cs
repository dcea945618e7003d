using System.Reflection;
using EdgeRestore.Daemon.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EdgeRestore.Daemon.Telemetry;

/// <summary>Sends metrics and spans to an OpenTelemetry collector; disposing it sends what is left.</summary>
/// <remarks>The standard OTEL_ variables for headers, certificates and resource attributes hold.</remarks>
internal sealed class OtlpExport : IDisposable
{
    // What the collector gets of a stop, and a stop waits for when there is no collector.
    private const int FlushMs = 5000;

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    public OtlpExport(TelemetryOptions options)
    {
        var version = typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion;
        var resource = ResourceBuilder.CreateDefault()
            .AddService("edgerestore-daemon", serviceVersion: version)
            .AddEnvironmentVariableDetector();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(DaemonMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddOtlpExporter((exporter, reader) =>
            {
                Aim(exporter, options, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = options.OtlpSeconds * 1000;
            })
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Tracing.SourceName)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TracePercent / 100.0)))
            .AddOtlpExporter(exporter => Aim(exporter, options, "v1/traces"))
            .Build();
    }

    public void Dispose()
    {
        _traces.ForceFlush(FlushMs);
        _metrics.ForceFlush(FlushMs);
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Aim(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        var isHttp = string.Equals(options.OtlpProtocol, "http", StringComparison.OrdinalIgnoreCase);
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;

        // Over HTTP each signal has its own path below the collector's address; over gRPC its own service.
        var address = options.Otlp!.TrimEnd('/');
        exporter.Endpoint = new Uri(isHttp ? $"{address}/{path}" : address);
    }
}
