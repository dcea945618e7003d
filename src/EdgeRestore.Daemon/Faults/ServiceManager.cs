using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeRestore.Daemon.Faults;

/// <summary>Tells systemd how the daemon is: sd_notify(3), a datagram on the socket that it names.</summary>
internal static partial class ServiceManager
{
    private const string SocketVariable = "NOTIFY_SOCKET";

    /// <summary>Does nothing where no service manager listens.</summary>
    public static void Notify(string state)
    {
        var path = Environment.GetEnvironmentVariable(SocketVariable);
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

            // A manager that does not read must not stop the daemon: what finds no room is left out.
            socket.Blocking = false;

            // '@' stands for the zero that begins an abstract name.
            socket.SendTo(
                Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException)
        {
            // It has gone: what it would have been told interests nobody.
        }
    }

    /// <summary>Ends the process at once: handlers at exit would wait for the thread that is stuck.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int exitCode);
}
