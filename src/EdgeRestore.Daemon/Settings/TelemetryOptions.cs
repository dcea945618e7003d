namespace EdgeRestore.Daemon.Settings;

/// <summary>
/// What is told to the outside of how the daemon fares, beside <c>/metrics</c>, which is always there.
/// </summary>
internal sealed record TelemetryOptions
{
    /// <summary>OpenTelemetry collector that metrics and spans are sent to.</summary>
    /// <value>Such as http://127.0.0.1:4317. Without one nothing is sent.</value>
    [HttpAddress]
    public string? Otlp { get; init; }

    /// <value>grpc or http (protobuf over HTTP); grpc.</value>
    [OneOf("grpc", "http")]
    public string OtlpProtocol { get; init; } = "grpc";

    /// <value>Seconds between two reports of metrics; 60.</value>
    [Within(1, 3600)]
    public int OtlpSeconds { get; init; } = 60;

    /// <summary>
    /// Calls whose spans are sent, where the client's trace does not already say so. Each frame is a span.
    /// </summary>
    /// <value>Per cent; 5.</value>
    [Within(0, 100)]
    public int TracePercent { get; init; } = 5;

    /// <value>
    /// How log entries look on standard error: text, json (one object a line, with event id and fields) or systemd
    /// (one line, with the journal's priority); text.
    /// </value>
    [OneOf("text", "json", "systemd")]
    public string LogFormat { get; init; } = "text";
}
