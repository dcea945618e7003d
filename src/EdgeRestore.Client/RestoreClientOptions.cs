namespace EdgeRestore.Client;

/// <summary>How a client proves who it is, and whom it trusts. All files are PEM or text.</summary>
public sealed record RestoreClientOptions
{
    /// <summary>File with a bearer token and nothing else; read again when it changes.</summary>
    /// <value>Without one: no token is sent.</value>
    public string? TokenFile { get; init; }

    /// <summary>Authorities of the daemon's certificate.</summary>
    /// <value>Without them: those that the machine trusts.</value>
    public string? AuthoritiesFile { get; init; }

    /// <summary>The client's own certificate, with its chain.</summary>
    /// <value>Without one: none is shown.</value>
    public string? CertificateFile { get; init; }

    /// <summary>Its private key.</summary>
    /// <value>Without one: it is in the certificate's file.</value>
    public string? KeyFile { get; init; }

    /// <summary>
    /// How long the daemon may be silent before it is asked for a sign of life, which it must give within half of that;
    /// after that calls fail with Unavailable.
    /// </summary>
    /// <value>A minute; at least two seconds.</value>
    public TimeSpan PingTime { get; init; } = TimeSpan.FromMinutes(1);
}
