using System.Net.Sockets;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>The file of a Unix socket: whoever may write to it may connect.</summary>
internal static class UnixSocket
{
    // Owner and group: who is to stream joins the group.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Removes what a daemon that was killed left behind; one that is listened on stays.</summary>
    /// <exception cref="IOException">Somebody listens there, it is no socket, or there is no such folder.</exception>
    public static void Prepare(string path)
    {
        if (!File.Exists(path))
        {
            // The system's own words are about addresses that cannot be assigned.
            var folder = Path.GetDirectoryName(path);
            if (!Directory.Exists(folder))
            {
                throw new IOException($"there is no folder {folder}, or none that may be entered");
            }

            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused
            && new FileInfo(path).Length == 0)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException exception)
        {
            throw new IOException($"{path} is there and cannot be connected to: {exception.Message}", exception);
        }

        throw new IOException($"{path} is in use by another process");
    }

    public static void Protect(string path)
    {
        // Windows has such sockets without modes.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, Mode);
        }
    }
}
