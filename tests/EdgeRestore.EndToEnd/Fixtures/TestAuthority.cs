using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>A certificate authority of the test's own, and the PEM files of what it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
        File.WriteAllText(Path, _certificate.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate.</summary>
    public string Path => _folder.Combine("authority.pem");

    /// <summary>Signs a daemon's certificate for localhost and 127.0.0.1, and writes it with its key.</summary>
    /// <returns>When it expires.</returns>
    public DateTimeOffset WriteServer(string certificate, string key, int days = 10)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        return Write("CN=edgerestore", "1.3.6.1.5.5.7.3.1", names.Build(), certificate, key, days);
    }

    /// <summary>Signs a client's certificate; the subject is such as <c>CN=camera, OU=stream</c>.</summary>
    public (string Certificate, string Key) WriteClient(string subject)
    {
        var name = Guid.NewGuid().ToString("N");
        var (certificate, key) = (_folder.Combine($"{name}.pem"), _folder.Combine($"{name}.key"));
        Write(subject, "1.3.6.1.5.5.7.3.2", null, certificate, key, days: 10);
        return (certificate, key);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _folder.Dispose();
    }

    private DateTimeOffset Write(
        string subject, string usage, X509Extension? extension, string certificatePath, string keyPath, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (extension is not null)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var certificate = request.Create(
            _certificate, Now.AddHours(-1), Now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return new DateTimeOffset(certificate.NotAfter);
    }
}
