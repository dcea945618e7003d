using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeRestore.Client;

/// <summary>Makes the handler that connects to one daemon: over TCP or a Unix socket, with or without TLS.</summary>
internal static class DaemonConnection
{
    private const string UnixScheme = "unix";

    // A name is needed where HTTP/2 wants an authority; nobody resolves it.
    private static readonly Uri UnixAuthority = new("http://localhost");

    /// <summary>What calls are addressed to.</summary>
    public static Uri AuthorityOf(Uri address) => address.Scheme == UnixScheme ? UnixAuthority : address;

    /// <exception cref="EdgeRestoreException">A file cannot be used, or a token would travel in the clear.</exception>
    public static HttpMessageHandler CreateHandler(Uri address, RestoreClientOptions options)
    {
        if (options.TokenFile is not null && address.Scheme == Uri.UriSchemeHttp && !IsThisMachine(address))
        {
            throw new EdgeRestoreException(
                $"The token would travel to {address} in the clear; allowed is https, a Unix socket or this machine. "
                + "Give an https address.");
        }

        var sockets = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = options.PingTime,
            KeepAlivePingTimeout = options.PingTime / 2,
        };
        if (address.Scheme == UnixScheme)
        {
            sockets.ConnectCallback = (_, token) => ConnectAsync(address.LocalPath, token);
        }

        Trust(sockets.SslOptions, options);
        return options.TokenFile is { } file ? new TokenHandler(file, sockets) : sockets;
    }

    private static bool IsThisMachine(Uri address) =>
        address.IsLoopback || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Trust(SslClientAuthenticationOptions tls, RestoreClientOptions options)
    {
        if (options.AuthoritiesFile is { } authorities)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            Read(authorities, policy.CustomTrustStore.ImportFromPemFile);
            tls.CertificateChainPolicy = policy;
        }

        if (options.CertificateFile is { } certificate)
        {
            Read(certificate, path =>
            {
                var chain = new X509Certificate2Collection();
                chain.ImportFromPemFile(path);
                tls.ClientCertificateContext = SslStreamCertificateContext.Create(
                    X509Certificate2.CreateFromPemFile(path, options.KeyFile ?? path), chain, offline: true);
            });
        }
    }

    private static void Read(string path, Action<string> read)
    {
        try
        {
            read(path);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException)
        {
            throw new EdgeRestoreException(
                $"'{path}' cannot be used: {exception.Message} Allowed is a readable PEM file, a key unencrypted and "
                + "its certificate's own. Correct it.",
                exception);
        }
    }
}
