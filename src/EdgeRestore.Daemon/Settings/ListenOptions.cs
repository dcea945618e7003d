using System.Net;
using System.Net.Sockets;

namespace EdgeRestore.Daemon.Settings;

/// <summary>Where clients reach the daemon, and how it takes its leave of them.</summary>
internal sealed record ListenOptions
{
    public const string UnixPrefix = "unix:";

    /// <value>
    /// IP address and TCP port, or unix: and the path of a socket; 127.0.0.1:50051. Port 0 takes any free one, which
    /// standard output then tells.
    /// </value>
    [Endpoint]
    public string Endpoint { get; init; } = "127.0.0.1:50051";

    /// <summary>A second endpoint, for HTTP/1.1: metrics, and images one by one.</summary>
    /// <value>As the first. Without one there is none.</value>
    [Endpoint(isRequired: false)]
    public string? HttpEndpoint { get; init; }

    /// <summary>How long open streams may take to finish after a request to stop.</summary>
    /// <value>Seconds; 10.</value>
    [Within(1, 3600)]
    public int DrainSeconds { get; init; } = 10;

    /// <summary>The endpoints, that of HTTP/1.1 last.</summary>
    public IEnumerable<EndPoint> ParseEndpoints() =>
        ((string?[])[Endpoint, HttpEndpoint]).OfType<string>().Select(Parse);

    /// <summary>Fields that contradict each other.</summary>
    public IEnumerable<string> FindContradictions()
    {
        if (HttpEndpoint is not null
            && Parse(Endpoint) is var endpoint
            && endpoint is not IPEndPoint { Port: 0 }
            && Parse(HttpEndpoint).Equals(endpoint))
        {
            yield return $"Listen:HttpEndpoint is '{HttpEndpoint}', and so is Listen:Endpoint; allowed is one of its "
                + "own. Give it another port, or 0 for any.";
        }
    }

    /// <summary>Endpoints that other machines can reach.</summary>
    public IEnumerable<EndPoint> ListExposed() =>
        ParseEndpoints().Where(endpoint => endpoint is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address));

    /// <summary>What a text that was checked stands for.</summary>
    public static EndPoint Parse(string text) => text.StartsWith(UnixPrefix, StringComparison.Ordinal)
        ? new UnixDomainSocketEndPoint(text[UnixPrefix.Length..]) : IPEndPoint.Parse(text);
}
