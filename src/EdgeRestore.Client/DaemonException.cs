using System.Security.Authentication;
using Grpc.Core;

namespace EdgeRestore.Client;

/// <summary>A daemon refused, ended or could not be reached; the message says what to do.</summary>
public sealed class DaemonException : EdgeRestoreException
{
    // RFC 9113, section 7: how a server closes connections at its stop, and when the time for that is up.
    private const long Http2NoError = 0;
    private const long Http2InternalError = 2;

    // What .NET's client makes of a peer that answers no ping, as of one that does not speak HTTP/2.
    private const long Http2ProtocolError = 1;

    // RFC 9113, section 7.
    private const long Http2Http11Required = 0xD;

    private DaemonException(string message, StatusCode statusCode, Exception innerException)
        : base(message, innerException)
    {
        StatusCode = statusCode;
    }

    /// <summary>
    /// InvalidArgument, FailedPrecondition and ResourceExhausted as <c>restore.proto</c> describes them; Unavailable
    /// when the daemon shuts down or does not answer: what was not answered may be sent again on a new stream; Unknown
    /// from a send that broke before the reason was known.
    /// </summary>
    public StatusCode StatusCode { get; }

    internal static DaemonException From(RpcException exception, Uri address) => exception.Status.DebugException switch
    {
        // A status that came over the connection carries no exception; one that the client itself made does.
        null => new DaemonException(exception.Status.Detail, exception.StatusCode, exception),
        var reason when FindTokenFault(reason) is { } fault =>
            new DaemonException(fault.Message, StatusCode.Unauthenticated, exception),
        var reason when IsUntrusted(reason) => new DaemonException(
            $"No encrypted connection to the daemon at {address}: {Innermost(reason).Message} Give the authority that "
            + "signed its certificate (--ca, AuthoritiesFile), an address that the certificate names, and a client "
            + "certificate where the daemon wants one.",
            StatusCode.Unavailable,
            exception),
        var reason when IsConnectionLoss(reason) => new DaemonException(
            $"The connection to the daemon at {address} closed before the call had ended: "
            + $"{Tell(Innermost(reason)).TrimEnd('.')}. The daemon was stopped or the network failed. Open the "
            + "stream again, here or on another daemon, and send again what was not answered.",
            StatusCode.Unavailable,
            exception),
        var reason when exception.StatusCode == StatusCode.Unavailable => new DaemonException(
            $"The daemon at {address} does not answer: {Innermost(reason).Message}. Start one "
            + "('./edgerestore serve') or give the address of one that runs.",
            StatusCode.Unavailable,
            exception),
        var reason when Innermost(reason) is HttpProtocolException { ErrorCode: Http2Http11Required } =>
            new DaemonException(
                $"What answers at {address} speaks HTTP/1.1 alone, and streams need gRPC over HTTP/2. Give the address "
                + "that the daemon has from --listen, not the one from --http.",
                exception.StatusCode,
                exception),
        _ => new DaemonException(exception.Status.Detail, exception.StatusCode, exception),
    };

    /// <summary>A write that broke because the daemon had ended the call, before its status was known here.</summary>
    internal static DaemonException StreamEnded(Uri address, Exception exception) => new(
        $"The daemon at {address} ended the stream while a frame was being sent. Receive the replies that came before: "
        + "after them comes the reason.",
        StatusCode.Unknown,
        exception);

    // Of a connection that stood: one that could not be made has an exception of its socket or of its request. gRPC
    // calls some of these Internal, an orderly GOAWAY and an end within a message among them.
    private static bool IsConnectionLoss(Exception reason) => reason switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => false,
        HttpProtocolException { ErrorCode: var code } =>
            code is Http2NoError or Http2InternalError or Http2ProtocolError,
        IOException => true,
        _ => reason.InnerException is { } inner && IsConnectionLoss(inner),
    };

    private static TokenFileException? FindTokenFault(Exception reason) => reason as TokenFileException
        ?? (reason.InnerException is { } inner ? FindTokenFault(inner) : null);

    private static bool IsUntrusted(Exception reason) => reason is AuthenticationException
        || (reason.InnerException is { } inner && IsUntrusted(inner));

    private static string Tell(Exception reason) => reason is HttpProtocolException { ErrorCode: Http2ProtocolError }
        ? "it answered no ping, or with what is not HTTP/2" : reason.Message;

    private static Exception Innermost(Exception exception) =>
        exception.InnerException is null ? exception : Innermost(exception.InnerException);
}
