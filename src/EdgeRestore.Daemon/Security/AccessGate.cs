using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Telemetry;
using Grpc.Core;

namespace EdgeRestore.Daemon.Security;

/// <summary>Lets a request through when whoever sent it may; open to all when neither tokens nor authorities are given.</summary>
internal sealed class AccessGate
{
    private const string OrganizationalUnit = "2.5.4.11";
    private const string Scheme = "Bearer ";

    private readonly ReloadedFile<TokenFile>? _tokens;
    private readonly bool _takesCertificates;
    private readonly DaemonMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <exception cref="EdgeRestoreException">The token file cannot be read.</exception>
    public AccessGate(SecurityOptions options, DaemonMetrics metrics, TimeProvider clock, ILogger logger)
    {
        (_metrics, _clock, _logger) = (metrics, clock, logger);
        _takesCertificates = options.ClientAuthorities is not null;
        if (options.Tokens is { } path)
        {
            _tokens = new ReloadedFile<TokenFile>(path, null, () => TokenFile.Load(path), logger);
        }
    }

    public async Task InvokeAsync(HttpContext call, RequestDelegate next)
    {
        var right = AccessRules.Find(call.Request.Path.Value ?? "");
        var isOpen = _tokens is null && !_takesCertificates;
        if (isOpen && right == Right.Admin && call.Connection.RemoteIpAddress is { } peer && !IPAddress.IsLoopback(peer))
        {
            // Whoever says --insecure opens streams to a network, not the choice of what is served.
            await RefuseAsync(
                call,
                StatusCode.Unauthenticated,
                "unauthenticated",
                "This needs the right admin, which a daemon without authentication gives to its own machine only. Ask from "
                + "there, or set Security:Tokens or Security:ClientAuthorities.");
            return;
        }

        if (isOpen || right == Right.None)
        {
            await next(call);
            return;
        }

        var (identity, fault) = Identify(call);
        if (identity is not { } known)
        {
            await RefuseAsync(call, StatusCode.Unauthenticated, "unauthenticated", $"{fault} {Allowed()}");
        }
        else if (!known.Role.Allows(right))
        {
            await RefuseAsync(
                call,
                StatusCode.PermissionDenied,
                "forbidden",
                $"'{known.Name}' has the role {known.Role.ToString().ToLowerInvariant()}; this needs the right "
                + $"{right.ToString().ToLowerInvariant()}. Use an identity that has it.");
        }
        else
        {
            await next(call);
        }
    }

    // Neither the token nor what else the peer sent is part of what is found: texts reach logs.
    private ((string Name, Role Role)? Identity, string Fault) Identify(HttpContext call)
    {
        var header = call.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            if (_tokens is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                return (null, "The authorization is of a kind that this daemon does not take.");
            }

            return _tokens.Read().Find(header[Scheme.Length..].Trim(), _clock.GetUtcNow()) is { } owner
                ? (owner, "") : (null, "The token is unknown or no longer valid.");
        }

        if (call.Connection.ClientCertificate is not { } certificate)
        {
            return (null, "The request carries no identity.");
        }

        var units = ReadUnits(certificate).ToList();
        foreach (var unit in units)
        {
            if (Roles.TryParse(unit, out var role))
            {
                return ((certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), role), "");
            }
        }

        return (null, $"The certificate names no role: its subject needs an OU of {Roles.Names}.");
    }

    private static IEnumerable<string> ReadUnits(X509Certificate2 certificate) =>
        certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(name => !name.HasMultipleElements && name.GetSingleElementType().Value == OrganizationalUnit)
            .Select(name => name.GetSingleElementValue() ?? "");

    private string Allowed() => (_tokens, _takesCertificates) switch
    {
        (not null, true) => "Send 'authorization: Bearer TOKEN', or use a client certificate.",
        (not null, false) => "Send 'authorization: Bearer TOKEN'.",
        _ => "Use a client certificate of an authority that this daemon trusts.",
    };

    private async Task RefuseAsync(HttpContext call, StatusCode code, string reason, string detail)
    {
        _metrics.AccessRefused(reason);
        Log.AccessRefused(_logger, call.Connection.RemoteIpAddress?.ToString() ?? "unix", AccessRules.Label(call.Request.Path), detail);
        var isKnown = code == StatusCode.PermissionDenied;
        if (call.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            // A status without messages travels in the headers (gRPC over HTTP/2, Trailers-Only).
            call.Response.ContentType = call.Request.ContentType;
            call.Response.Headers["grpc-status"] = ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture);
            call.Response.Headers["grpc-message"] = Uri.EscapeDataString(detail);
            return;
        }

        if (!isKnown)
        {
            call.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await Services.Problem.WriteAsync(
            call,
            isKnown ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized,
            isKnown ? "Not allowed" : "Not authenticated",
            detail);
    }
}
