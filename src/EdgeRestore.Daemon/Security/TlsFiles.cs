using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeRestore.Daemon.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeRestore.Daemon.Security;

/// <summary>
/// The server's certificate and the authorities of its clients', as the files have them now. Thread-safe.
/// </summary>
internal sealed class TlsFiles
{
    // Extended key usage of TLS clients, RFC 5280, section 4.2.1.12.
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly ReloadedFile<SslStreamCertificateContext> _server;
    private readonly ReloadedFile<X509Certificate2Collection>? _authorities;

    /// <exception cref="EdgeRestoreException">A file cannot be read.</exception>
    public TlsFiles(SecurityOptions options, ILogger logger)
    {
        var certificate = options.Certificate!;
        _server = new ReloadedFile<SslStreamCertificateContext>(
            certificate, options.Key, () => LoadCertificate(certificate, options.Key), logger);
        if (options.ClientAuthorities is { } authorities)
        {
            _authorities = new ReloadedFile<X509Certificate2Collection>(
                authorities, null, () => LoadAuthorities(authorities), logger);
        }
    }

    /// <summary>When the certificate that is served expires.</summary>
    public DateTime NotAfter => _server.Read().TargetCertificate.NotAfter.ToUniversalTime();

    public TlsHandshakeCallbackOptions CreateHandshake() => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _server.Read(),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = _authorities is not null,

            // Who comes without one may have a token; the gate tells them what is missing, a handshake cannot.
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is null || IsTrusted((X509Certificate2)certificate),
        }),
    };

    /// <summary>Whether the authorities, as they are now, vouch for a client's certificate.</summary>
    public bool IsTrusted(X509Certificate2 certificate)
    {
        if (_authorities is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities.Read());
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);

        // Boxes beside cameras reach no revocation list; certificates are short-lived instead (docs/operations.md).
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private static SslStreamCertificateContext LoadCertificate(string path, string? key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(path);
            return SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(path, key ?? path), chain, offline: true);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new EdgeRestoreException(
                $"The certificate '{path}' with the key '{key ?? path}' cannot be used: {exception.Message} Allowed "
                + "are PEM files that the daemon's user may read, the key unencrypted and the certificate's own. "
                + "Correct Security:Certificate or Security:Key.",
                exception);
        }
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count > 0 ? authorities : throw new CryptographicException("It holds no certificate.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or CryptographicException)
        {
            throw new EdgeRestoreException(
                $"The client authorities '{path}' cannot be used: {exception.Message} Allowed is a PEM file with one "
                + "or more certificates. Correct Security:ClientAuthorities.",
                exception);
        }
    }
}
