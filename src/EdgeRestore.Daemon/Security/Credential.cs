using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeRestore.Daemon.Security;

/// <summary>
/// What a request shows of its sender, in a form that outlives the request's buffers. Holds no token, only its hash.
/// </summary>
/// <param name="TokenHash">Null without a token.</param>
/// <param name="Certificate">The connection's; null without one, and where there is a token.</param>
/// <param name="IsOfAnotherKind">Whether it authenticates in a way that is not taken.</param>
internal sealed record Credential(byte[]? TokenHash, X509Certificate2? Certificate, bool IsOfAnotherKind)
{
    private const string Scheme = "Bearer ";

    public static Credential Of(HttpContext call)
    {
        var header = call.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return new Credential(null, call.Connection.ClientCertificate, false);
        }

        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? new Credential(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), null, false)
            : new Credential(null, null, true);
    }
}
