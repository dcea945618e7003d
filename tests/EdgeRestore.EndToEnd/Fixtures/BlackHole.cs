using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>
/// A network between client and daemon that goes on taking what both send, and at some moment delivers none of it any
/// more: no end, no reset, as when a radio link is lost.
/// </summary>
internal sealed class BlackHole : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _daemon;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private volatile bool _swallows;
    private volatile bool _hasClosed;

    public BlackHole(Uri daemon)
    {
        _daemon = daemon;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients reach the daemon through it.</summary>
    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Whether it has told a side that the other has gone.</summary>
    public bool HasClosed => _hasClosed;

    public void Swallow() => _swallows = true;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await _accepting.WaitAsync(Patience.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var near = await _listener.AcceptSocketAsync();
            var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(near);
            _sockets.Add(far);
            await far.ConnectAsync(_daemon.Host, _daemon.Port);
            _ = CopyAsync(near, far);
            _ = CopyAsync(far, near);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                for (var sent = 0; !_swallows && sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }

            if (!_swallows)
            {
                _hasClosed = true;
                to.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // A side has gone, which the other does not hear of; or the test is over.
        }
    }
}
