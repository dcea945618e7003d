using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace EdgeRestore.Daemon.Security;

/// <summary>Whose a TCP connection over loopback is: the kernel lists both of its ends with their users.</summary>
internal static class LoopbackUsers
{
    // proc_net_tcp of the kernel's documentation: number, local address, remote address, state, queues, timer, retries,
    // user.
    private const int StateColumn = 3;
    private const int UserColumn = 7;

    // A connection that its client has closed is listed with user 0, whoever it was.
    private const string Established = "01";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The user of the end at <paramref name="remote"/>; null when there is none, or it is closed.</summary>
    public static uint? Find(IPEndPoint remote, IPEndPoint local)
    {
        if (!IPAddress.IsLoopback(remote.Address))
        {
            return null;
        }

        foreach (var table in Tables)
        {
            // An IPv6 socket may be an end of an IPv4 connection.
            var isIpv6 = table.EndsWith('6');
            var (from, to) = (Format(remote, isIpv6), Format(local, isIpv6));
            foreach (var line in ReadLines(table))
            {
                var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length > UserColumn
                    && columns[1] == from
                    && columns[2] == to
                    && columns[StateColumn] == Established
                    && uint.TryParse(
                        columns[UserColumn], NumberStyles.None, CultureInfo.InvariantCulture, out var user))
                {
                    return user;
                }
            }
        }

        return null;
    }

    private static IEnumerable<string> ReadLines(string table)
    {
        try
        {
            return File.ReadAllLines(table);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A machine without IPv6 has no such table.
            return [];
        }
    }

    // Words of four bytes, each as this processor sees it; null matches nothing.
    private static string? Format(IPEndPoint end, bool isIpv6)
    {
        if (!isIpv6
            && end.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            && !end.Address.IsIPv4MappedToIPv6)
        {
            return null;
        }

        var address = (isIpv6 ? end.Address.MapToIPv6() : end.Address.MapToIPv4()).GetAddressBytes();
        var words = MemoryMarshal.Cast<byte, uint>(address).ToArray();
        return string.Concat(words.Select(word => word.ToString("X8", CultureInfo.InvariantCulture)))
            + $":{end.Port:X4}";
    }
}
