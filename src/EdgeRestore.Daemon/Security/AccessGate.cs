using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Telemetry;
using Grpc.Core;

namespace EdgeRestore.Daemon.Security;

/// <summary>
/// Lets a request through when whoever sent it may; open to all when neither tokens nor authorities are given.
/// </summary>
/// <remarks>
/// Streams last for months, so a call is looked at again while it runs: a token that is taken away, or an authority
/// that is replaced, ends what it had let in.
/// </remarks>
internal sealed class AccessGate
{
    private const string OrganizationalUnit = "2.5.4.11";

    /// <summary>
    /// Between two looks at a running call. Two in a row must find it wrong: a token file that is being written over is
    /// short for a moment.
    /// </summary>
    public static readonly TimeSpan RecheckTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a call that must end may take to answer what had arrived; then its transport is cut.</summary>
    public static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(4);

    private const int WithdrawingLookCount = 2;

    private readonly ReloadedFile<TokenFile>? _tokens;
    private readonly TlsFiles? _tls;
    private readonly bool _takesCertificates;
    private readonly DaemonMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <param name="options">The files.</param>
    /// <param name="tls">Vouches for client certificates; null where there is no TLS.</param>
    /// <param name="metrics">Counts refusals.</param>
    /// <param name="clock">Ends tokens.</param>
    /// <param name="logger">Hears of refusals.</param>
    /// <exception cref="EdgeRestoreException">The token file cannot be read.</exception>
    public AccessGate(
        SecurityOptions options, TlsFiles? tls, DaemonMetrics metrics, TimeProvider clock, ILogger logger)
    {
        (_tls, _metrics, _clock, _logger) = (tls, metrics, clock, logger);
        _takesCertificates = options.ClientAuthorities is not null;
        if (options.Tokens is { } path)
        {
            _tokens = new ReloadedFile<TokenFile>(path, null, () => LoadTokens(path), logger);
        }
    }

    public async Task InvokeAsync(HttpContext call, RequestDelegate next)
    {
        var right = AccessRules.Find(call.Request.Path.Value ?? "");
        var isOpen = _tokens is null && !_takesCertificates;
        if (isOpen
            && right == Right.Admin
            && call.Connection.RemoteIpAddress is { } peer
            && !IPAddress.IsLoopback(peer))
        {
            // Whoever says --insecure opens streams to a network, not the choice of what is served.
            await RefuseAsync(call, Unauthenticated(
                "This needs the right admin, which a daemon without authentication gives to its own machine only. Ask "
                + "from there, or set Security:Tokens or Security:ClientAuthorities."));
            return;
        }

        if (isOpen || right == Right.None)
        {
            await next(call);
            return;
        }

        var credential = Credential.Of(call);
        if (FindFault(credential, right, out var owner) is { } refusal)
        {
            await RefuseAsync(call, refusal);
            return;
        }

        using var grant = new AccessGrant(owner);
        using var ended = new CancellationTokenSource();
        call.Features.Set(grant);
        var watching = WatchAsync(call, grant, () => FindFault(credential, right, out _), ended.Token);
        try
        {
            await next(call);
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }
    }

    private TokenFile LoadTokens(string path)
    {
        var tokens = TokenFile.Load(path);
        if (tokens.IsPast(_clock.GetUtcNow()))
        {
            Log.TokensPast(_logger, path, tokens.Count);
        }

        return tokens;
    }

    /// <summary>
    /// Withdraws the grant of a call that would not be let in any more; ends it where it does not end itself.
    /// </summary>
    private async Task WatchAsync(
        HttpContext call, AccessGrant grant, Func<Refusal?> findFault, CancellationToken ended)
    {
        try
        {
            Refusal? refusal = null;
            for (var badCount = 0; badCount < WithdrawingLookCount;)
            {
                await Task.Delay(RecheckTime, _clock, ended);
                refusal = findFault();
                badCount = refusal is null ? 0 : badCount + 1;
            }

            _metrics.AccessRefused("withdrawn");
            Log.AccessWithdrawn(_logger, Peer(call), AccessRules.Label(call.Request.Path), refusal!.Detail);
            grant.Withdraw(refusal.Code, refusal.Detail);
            await Task.Delay(LeaveTime, _clock, ended);
            call.Abort();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The call is over.
        }
    }

    // Neither the token nor what else the peer sent is part of what is found: texts reach logs.
    private Refusal? FindFault(Credential credential, Right right, out string owner)
    {
        var (identity, fault) = Identify(credential);
        owner = credential.Certificate is { } certificate
            ? $"certificate {certificate.Subject}"
            : $"token {identity?.Name}";
        if (identity is not { } known)
        {
            return Unauthenticated($"{fault} {Allowed()}");
        }

        return known.Role.Allows(right) ? null : new Refusal(
            StatusCode.PermissionDenied,
            "forbidden",
            $"'{known.Name}' has the role {known.Role.ToString().ToLowerInvariant()}; this needs the right "
            + $"{right.ToString().ToLowerInvariant()}. Use an identity that has it.");
    }

    private ((string Name, Role Role)? Identity, string Fault) Identify(Credential credential)
    {
        if (credential.IsOfAnotherKind || (credential.TokenHash is not null && _tokens is null))
        {
            return (null, "The authorization is of a kind that this daemon does not take.");
        }

        if (credential.TokenHash is { } hash)
        {
            return _tokens!.Read().Find(hash) is not { } owner
                ? (null, "The token is unknown or no longer valid; allowed are those of the daemon's token file. Have "
                    + "one made with 'edgerestore token'.")
                : _clock.GetUtcNow() >= owner.NotAfter
                    ? (null, $"The token of '{owner.Name}' is no longer valid: it ended at {owner.NotAfter:u}. Have "
                        + "another one made with 'edgerestore token'.")
                    : ((owner.Name, owner.Role), "");
        }

        if (credential.Certificate is not { } certificate)
        {
            return (null, "The request carries no identity.");
        }

        // Asked anew for every call and while it runs: a connection lasts longer than authorities and certificates may.
        if (_tls?.IsTrusted(certificate) != true)
        {
            return (null, "The certificate has expired, or is of no authority that is trusted now.");
        }

        foreach (var unit in ReadUnits(certificate))
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

    private async Task RefuseAsync(HttpContext call, Refusal refusal)
    {
        _metrics.AccessRefused(refusal.Reason);
        Log.AccessRefused(_logger, Peer(call), AccessRules.Label(call.Request.Path), refusal.Detail);
        if (call.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            // A status without messages travels in the headers (gRPC over HTTP/2, Trailers-Only).
            call.Response.ContentType = call.Request.ContentType;
            call.Response.Headers["grpc-status"] =
                ((int)refusal.Code).ToString(System.Globalization.CultureInfo.InvariantCulture);
            call.Response.Headers["grpc-message"] = Uri.EscapeDataString(refusal.Detail);
            return;
        }

        var isKnown = refusal.Code == StatusCode.PermissionDenied;
        if (!isKnown)
        {
            call.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await Services.Problem.WriteAsync(
            call,
            isKnown ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized,
            isKnown ? "Not allowed" : "Not authenticated",
            refusal.Detail);
    }

    private static string Peer(HttpContext call) => call.Connection.RemoteIpAddress?.ToString() ?? "unix";

    private static Refusal Unauthenticated(string detail) =>
        new(StatusCode.Unauthenticated, "unauthenticated", detail);

    private sealed record Refusal(StatusCode Code, string Reason, string Detail);
}
