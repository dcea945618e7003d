namespace EdgeRestore.Daemon.Settings;

/// <summary>Who may come in, and how the way is protected. The files are read again when they change.</summary>
internal sealed record SecurityOptions
{
    /// <summary>
    /// The server's certificate with its chain, PEM; with it, both endpoints speak TLS 1.2 and 1.3 only.
    /// </summary>
    /// <value>Without one: no encryption.</value>
    public string? Certificate { get; init; }

    /// <value>Its private key, PEM, unencrypted. Without one: the key is in the certificate's file.</value>
    public string? Key { get; init; }

    /// <summary>Authorities whose client certificates are taken, PEM; the role is an OU of the subject.</summary>
    /// <value>Without them: client certificates are not asked for.</value>
    public string? ClientAuthorities { get; init; }

    /// <summary>File of hashed bearer tokens with their roles.</summary>
    /// <value>Without one: tokens are not taken.</value>
    public string? Tokens { get; init; }

    /// <summary>Whether to listen beyond this machine without knowing who comes, or without encryption.</summary>
    /// <value>false.</value>
    public bool Insecure { get; init; }

    public bool IsAuthenticated => Tokens is not null || ClientAuthorities is not null;

    /// <summary>Settings that contradict each other or expose the daemon.</summary>
    public IEnumerable<string> FindFaults(ListenOptions listen)
    {
        if (Certificate is null && (Key ?? ClientAuthorities) is not null)
        {
            yield return "Security:Key or Security:ClientAuthorities is set without Security:Certificate; allowed is "
                + "with it. Set --tls-cert.";
        }

        foreach (var endpoint in listen.ListExposed())
        {
            if (Insecure)
            {
                continue;
            }

            if (!IsAuthenticated)
            {
                yield return $"The daemon would listen on {endpoint}, beyond this machine, for everybody. Allowed is a "
                    + "loopback address or a Unix socket, or authentication. Set --tokens or --client-ca, listen on "
                    + "127.0.0.1, or say --insecure.";
            }
            else if (Certificate is null)
            {
                yield return $"The daemon would listen on {endpoint}, beyond this machine, without encryption: tokens "
                    + "and frames could be read on the way. Set --tls-cert, listen on 127.0.0.1 behind a proxy, or say "
                    + "--insecure.";
            }
        }
    }
}
