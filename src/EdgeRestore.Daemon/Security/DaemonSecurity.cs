using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Streams;

namespace EdgeRestore.Daemon.Security;

/// <summary>The gate, and the files behind TLS where there is TLS.</summary>
internal sealed record DaemonSecurity(AccessGate Gate, TlsFiles? Tls)
{
    /// <summary>Reads every file once: what is wrong with them keeps the daemon from starting.</summary>
    /// <exception cref="EdgeRestoreException">A file cannot be used.</exception>
    public static DaemonSecurity Load(SecurityOptions options, StreamHost streams, ILogger logger)
    {
        var tls = options.Certificate is null ? null : new TlsFiles(options, logger);
        if (tls is not null)
        {
            streams.Metrics.Meter.CreateObservableGauge(
                "edgerestore.tls.certificate.not_after",
                () => new DateTimeOffset(tls.NotAfter).ToUnixTimeSeconds(),
                "s",
                "When the served certificate expires, Unix time.");
        }

        return new DaemonSecurity(new AccessGate(options, tls, streams.Metrics, streams.Clock, logger), tls);
    }
}
