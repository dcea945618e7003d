using System.Net;

namespace EdgeRestore.Daemon.Settings;

/// <summary>Where clients reach the daemon, and how it takes its leave of them.</summary>
internal sealed record ListenOptions
{
    /// <value>
    /// IP address and TCP port; 127.0.0.1:50051. Port 0 takes any free one, which standard output then tells.
    /// </value>
    [Endpoint]
    public string Endpoint { get; init; } = "127.0.0.1:50051";

    /// <summary>A second endpoint, for HTTP/1.1: metrics, and images one by one.</summary>
    /// <value>IP address and TCP port, port 0 for any. Without one there is none.</value>
    [Endpoint(isRequired: false)]
    public string? HttpEndpoint { get; init; }

    /// <summary>How long open streams may take to finish after a request to stop.</summary>
    /// <value>Seconds; 10.</value>
    [Within(1, 3600)]
    public int DrainSeconds { get; init; } = 10;

    public IPEndPoint ParseEndpoint() => IPEndPoint.Parse(Endpoint);
}
