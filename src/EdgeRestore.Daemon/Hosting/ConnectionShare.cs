using System.Net;
using System.Runtime.InteropServices;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Settings;
using Microsoft.AspNetCore.Connections;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>
/// Closes connections of an address that has its share of all. This machine's own are not counted: they all have one
/// address. Thread-safe.
/// </summary>
internal sealed class ConnectionShare(PeerOptions options)
{
    private readonly int _maxOfOne = (int)(((options.MaxConnections * (long)options.SharePercent) + 99) / 100);
    private readonly Lock _gate = new();
    private readonly Dictionary<Peer, int> _countByPeer = [];

    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address))
        {
            await next(connection);
            return;
        }

        var peer = Peer.At(address);
        if (!TryEnter(peer))
        {
            connection.Abort(new ConnectionAbortedException("The address has its share of all connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(peer);
        }
    };

    private bool TryEnter(Peer peer)
    {
        lock (_gate)
        {
            var count = _countByPeer.GetValueOrDefault(peer);
            _countByPeer[peer] = count + (count < _maxOfOne ? 1 : 0);
            return count < _maxOfOne;
        }
    }

    private void Leave(Peer peer)
    {
        lock (_gate)
        {
            if (--CollectionsMarshal.GetValueRefOrNullRef(_countByPeer, peer) == 0)
            {
                _countByPeer.Remove(peer);
            }
        }
    }
}
