using System.Net;
using System.Net.Sockets;
using EdgeRestore.Daemon.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>The sockets that clients connect to.</summary>
internal static class ListenSocket
{
    /// <summary>Opens one of them.</summary>
    /// <exception cref="EdgeRestoreException">It cannot be: says which of them, and why.</exception>
    public static Socket Open(EndPoint endpoint, ListenOptions options)
    {
        Socket? socket = null;
        try
        {
            var path = endpoint is UnixDomainSocketEndPoint ? endpoint.ToString() : null;
            if (path is not null)
            {
                UnixSocket.Prepare(path);
            }

            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            if (path is not null)
            {
                UnixSocket.Protect(path);
            }

            // Kestrel does so, too; of two processes that bind at once, one is refused here.
            socket.Listen();
            return socket;
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
        {
            socket?.Dispose();
            throw new EdgeRestoreException(Explain(endpoint, options, exception.Message), exception);
        }
    }

    private static string Explain(EndPoint endpoint, ListenOptions options, string found)
    {
        var option = options.HttpEndpoint is { } http && ListenOptions.Parse(http).Equals(endpoint)
            ? "--http" : "--listen";
        var cannot = $"({option}): {found.TrimEnd('.')}. Allowed";
        return endpoint is UnixDomainSocketEndPoint
            ? $"Cannot listen on {ListenOptions.UnixPrefix}{endpoint} {cannot} for a socket is a path in a folder that "
                + "is there and that the daemon's user may enter and write to, where nothing is but a socket that a "
                + "daemon left behind. Make the folder, give it to that user (mkdir, chown), stop what listens there, "
                + $"or choose another path with {option}."
            : $"Cannot listen on {endpoint} {cannot} is an address of this machine with a free port; ports below 1024 "
                + $"are root's. Stop what uses it, or choose another with {option} (port 0 for any).";
    }
}
