using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeRestore.Client;
using EdgeRestore.EndToEnd.Fixtures;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>Encryption, certificates that change while the daemon runs, and roles out of client certificates.</summary>
public sealed class TlsTests : IDisposable
{
    private const int KeptEvent = 51;

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    private string Certificate => _folder.Combine("server.pem");

    private string Key => _folder.Combine("server.key");

    [Fact]
    public async Task Stream_OverTls_IsAnswered()
    {
        await using var daemon = await StartAsync();
        using var client = Connect(daemon);

        Assert.Equal("https", daemon.Address.Scheme);
        Assert.Equal(StatusCode.OK, await StreamAsync(client));
    }

    [Fact]
    public async Task ClientThatDoesNotTrustTheAuthority_DoesNotStream()
    {
        using var other = new TestAuthority("another");
        await using var daemon = await StartAsync();
        using var client = new RestoreClient(
            daemon.Address, new RestoreClientOptions { AuthoritiesFile = other.Path });

        Assert.Equal(StatusCode.Unavailable, await StreamAsync(client));
    }

    [Fact]
    public async Task CertificateThatIsReplaced_IsShownToTheNextConnection()
    {
        await using var daemon = await StartAsync();
        using var before = await ReadCertificateAsync(daemon);

        _authority.WriteServer(Certificate, Key, days: 20);

        using var after = await ReadCertificateAsync(daemon);
        Assert.NotEqual(before.SerialNumber, after.SerialNumber);
        using var client = Connect(daemon);
        Assert.Equal(StatusCode.OK, await StreamAsync(client));
    }

    [Fact]
    public async Task CertificateThatVanishes_LeavesTheOldOneInPlace()
    {
        await using var daemon = await StartAsync();

        File.Delete(Certificate);

        using var client = Connect(daemon);
        Assert.Equal(StatusCode.OK, await StreamAsync(client));
    }

    [Fact]
    public async Task CertificateThatIsNotThere_KeepsTheDaemonFromStarting()
    {
        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(() => RunningDaemon.StartAsync(
            configure: settings => settings with
            {
                Security = settings.Security with { Certificate = Certificate },
            }));

        Assert.Contains($"The certificate '{Certificate}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Correct Security:Certificate", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateWithoutItsKey_LeavesTheOldOneInPlace()
    {
        await using var daemon = await StartAsync();
        using var before = await ReadCertificateAsync(daemon);

        _authority.WriteServer(Certificate, _folder.Combine("forgotten.key"));

        using var after = await ReadCertificateAsync(daemon);
        Assert.Equal(before.SerialNumber, after.SerialNumber);
        Assert.Single(daemon.Log.Texts(KeptEvent));
    }

    [Theory]
    [InlineData("CN=camera, OU=stream", StatusCode.OK)]
    [InlineData("CN=operator, OU=plant, OU=admin", StatusCode.OK)]
    [InlineData("CN=dashboard, OU=observe", StatusCode.PermissionDenied)]
    [InlineData("CN=stream, O=admin", StatusCode.Unauthenticated)]
    public async Task ClientCertificate_GivesTheRoleOfItsUnit(string subject, StatusCode expected)
    {
        await using var daemon = await StartAsync(isMutual: true);
        var (certificate, key) = _authority.WriteClient(subject);
        using var client = Connect(daemon, certificate, key);

        Assert.Equal(expected, await StreamAsync(client));
    }

    [Fact]
    public async Task ClientCertificateOfAnotherAuthority_IsNotLetIn()
    {
        using var other = new TestAuthority("another");
        await using var daemon = await StartAsync(isMutual: true);
        var (certificate, key) = other.WriteClient("CN=camera, OU=admin");
        using var client = Connect(daemon, certificate, key);
        using var nobody = Connect(daemon);

        Assert.Equal(StatusCode.Unavailable, await StreamAsync(client));
        Assert.Equal(StatusCode.Unauthenticated, await StreamAsync(nobody));
    }

    [Fact]
    public async Task Metrics_TellWhenTheCertificateExpires()
    {
        await using var daemon = await StartAsync();
        var expected = _authority.WriteServer(Certificate, Key, days: 5).ToUnixTimeSeconds();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var http = new HttpClient(handler) { Timeout = Patience.Limit };

        var text = await http.GetStringAsync(new Uri(daemon.Address, "/metrics"));

        Assert.Contains(
            text.Split('\n'),
            line => line.StartsWith("edgerestore_tls_certificate_not_after_seconds ", StringComparison.Ordinal)
                && double.Parse(line.Split(' ')[1]) == expected);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private Task<RunningDaemon> StartAsync(bool isMutual = false)
    {
        _authority.WriteServer(Certificate, Key);
        return RunningDaemon.StartAsync(configure: settings => settings with
        {
            Security = settings.Security with
            {
                Certificate = Certificate,
                Key = Key,
                ClientAuthorities = isMutual ? _authority.Path : null,
            },
        });
    }

    private RestoreClient Connect(RunningDaemon daemon, string? certificate = null, string? key = null) =>
        new(daemon.Address, new RestoreClientOptions
        {
            AuthoritiesFile = _authority.Path,
            CertificateFile = certificate,
            KeyFile = key,
        });

    private static async Task<StatusCode> StreamAsync(RestoreClient client)
    {
        try
        {
            await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
            Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
            return StatusCode.OK;
        }
        catch (DaemonException exception)
        {
            return exception.StatusCode;
        }
    }

    private static async Task<X509Certificate2> ReadCertificateAsync(RunningDaemon daemon)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(daemon.Address.Host, daemon.Address.Port).WaitAsync(Patience.Limit);
        await using var tls = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost").WaitAsync(Patience.Limit);
        return X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
    }
}
