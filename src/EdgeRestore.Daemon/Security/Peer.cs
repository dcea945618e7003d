using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;

namespace EdgeRestore.Daemon.Security;

/// <summary>Who counts as one client: what one may take at most is counted by it.</summary>
/// <param name="Key">Holds no secret, and nothing that a client may choose freely.</param>
internal readonly record struct Peer(string Key)
{
    // SOL_SOCKET and SO_PEERCRED of Linux, whose answer is three 32-bit numbers: process, user, group (man 7 socket,
    // man 7 unix).
    private const int SocketLevel = 1;
    private const int PeerCredential = 17;

    // What the kernel shows for a user that this process has no number for: two of those are not the same
    // (user_namespaces(7)).
    private const uint OverflowUserId = 65534;

    // What a network gives to one customer (RFC 6177): whoever has one address has as many of these as it likes.
    private const int Ipv6PrefixBytes = 8;

    public static Peer Of(ServerCallContext call) => Of(call.GetHttpContext());

    /// <summary>
    /// The token or certificate that the call was let in with. Without one: the address on other machines, the process
    /// behind a Unix socket, and on this machine's loopback, where all have one address, the connection.
    /// </summary>
    public static Peer Of(HttpContext call)
    {
        if (call.Features.Get<AccessGrant>() is { } grant)
        {
            return new Peer(grant.Owner);
        }

        if (call.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
        {
            return At(address);
        }

        // A process outside of the daemon's namespace, a container's, has the number 0 here, whichever it is.
        return call.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket
            && ReadCredential(socket).Process is > 0 and var process
            ? new Peer($"process {process}")
            : new Peer($"connection {call.Connection.Id}");
    }

    /// <summary>Whoever comes from an address, or from its network where a customer has many.</summary>
    public static Peer At(IPAddress address) => new($"address {Network(address)}");

    /// <summary>
    /// The user at the other end of a connection from this machine; null where it cannot be told for certain.
    /// </summary>
    public static uint? FindUser(HttpContext call)
    {
        var user = call.Features.Get<IConnectionSocketFeature>()?.Socket switch
        {
            { AddressFamily: AddressFamily.Unix } socket => (uint?)ReadCredential(socket).User,
            { RemoteEndPoint: IPEndPoint remote, LocalEndPoint: IPEndPoint local } => LoopbackUsers.Find(remote, local),
            _ => null,
        };
        return user == OverflowUserId ? null : user;
    }

    private static string Network(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, Ipv6PrefixBytes))
            : address.MapToIPv4().ToString();

    private static Credential ReadCredential(Socket socket)
    {
        var credential = default(Credential);
        socket.GetRawSocketOption(
            SocketLevel, PeerCredential, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref credential, 1)));
        return credential;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Credential(int Process, uint User, uint Group);
}
