using System.Net.Sockets;
using Grpc.Core;

namespace EdgeRestore.Client;

/// <summary>A daemon refused, ended or could not be reached; the message says what to do.</summary>
public sealed class DaemonException : EdgeRestoreException
{
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

    internal static DaemonException From(RpcException exception, Uri address)
    {
        // A status without a connection behind it is made by the client itself, and carries the reason as an exception.
        var reason = exception.Status.DebugException;
        return exception.StatusCode == StatusCode.Unavailable
            && reason is HttpRequestException or IOException or SocketException
            ? new DaemonException(
                $"The daemon at {address} does not answer: {Innermost(reason).Message}. Start one "
                + "('./edgerestore serve') or give the address of one that runs.",
                exception.StatusCode,
                exception)
            : new DaemonException(exception.Status.Detail, exception.StatusCode, exception);
    }

    /// <summary>A write that broke because the daemon had ended the call, before its status was known here.</summary>
    internal static DaemonException StreamEnded(Uri address, Exception exception) => new(
        $"The daemon at {address} ended the stream while a frame was being sent. Receive the replies that came before: "
        + "after them comes the reason.",
        StatusCode.Unknown,
        exception);

    private static Exception Innermost(Exception exception) =>
        exception.InnerException is null ? exception : Innermost(exception.InnerException);
}
