using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeRestore.EndToEnd.Fixtures;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary>
/// A small RTSP server (RFC 2326, interleaved over TCP): what one client announces, others play. Debian packages none,
/// and this one can lose its players as a bad network does.
/// </summary>
internal sealed class RtspRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource<string> _description = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<TcpClient, SemaphoreSlim> _players = new();
    private readonly Task _accepting;

    public RtspRelay()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"rtsp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/camera";

    /// <summary>Completes once a client has announced what it sends.</summary>
    public Task Announced => _description.Task.WaitAsync(Patience.Limit);

    /// <summary>Closes the connections of all that play.</summary>
    public void LosePlayers()
    {
        foreach (var player in _players.Keys)
        {
            _players.TryRemove(player, out _);
            player.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        LosePlayers();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            var stream = client.GetStream();
            while (true)
            {
                var first = new byte[1];
                await stream.ReadExactlyAsync(first);
                if (first[0] == '$')
                {
                    await ForwardAsync(stream);
                    continue;
                }

                var (request, body) = await ReadRequestAsync(stream, (char)first[0]);
                var reply = await AnswerAsync(request, body, client);
                await WriteAsync(client, Encoding.ASCII.GetBytes(reply));
                if (request.StartsWith("PLAY ", StringComparison.Ordinal))
                {
                    _players.TryAdd(client, new SemaphoreSlim(1));
                }

                if (request.StartsWith("TEARDOWN ", StringComparison.Ordinal))
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (
            exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The other side has gone.
        }
        finally
        {
            _players.TryRemove(client, out _);
            client.Close();
        }
    }

    private async Task ForwardAsync(NetworkStream from)
    {
        var packet = new byte[4];
        packet[0] = (byte)'$';
        await from.ReadExactlyAsync(packet.AsMemory(1));
        Array.Resize(ref packet, 4 + BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)));
        await from.ReadExactlyAsync(packet.AsMemory(4));
        foreach (var player in _players.Keys)
        {
            try
            {
                await WriteAsync(player, packet);
            }
            catch (Exception exception) when (
                exception is IOException or ObjectDisposedException or InvalidOperationException)
            {
                _players.TryRemove(player, out _);
            }
        }
    }

    private async Task WriteAsync(TcpClient client, byte[] bytes)
    {
        // Replies and packets of one connection must not mix.
        var gate = _players.GetValueOrDefault(client);
        if (gate is not null)
        {
            await gate.WaitAsync();
        }

        try
        {
            await client.GetStream().WriteAsync(bytes);
        }
        finally
        {
            gate?.Release();
        }
    }

    private static async Task<(string Head, string Body)> ReadRequestAsync(NetworkStream stream, char first)
    {
        var head = new StringBuilder().Append(first);
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        var text = head.ToString();
        var body = new byte[int.Parse(
            HeaderOf(text, "Content-Length") ?? "0", System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return (text, Encoding.UTF8.GetString(body));
    }

    private async Task<string> AnswerAsync(string request, string body, TcpClient client)
    {
        var more = "";
        var content = "";
        switch (request.Split(' ')[0])
        {
            case "OPTIONS":
                more = "Public: OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, GET_PARAMETER, TEARDOWN\r\n";
                break;
            case "ANNOUNCE":
                _description.TrySetResult(body);
                break;
            case "DESCRIBE":
                content = await Announced.ContinueWith(_ => _description.Task.Result, TaskScheduler.Default);
                more = $"Content-Base: {Address}/\r\nContent-Type: application/sdp\r\nContent-Length: "
                    + $"{content.Length}\r\n";
                break;
            case "SETUP":
                more = $"Transport: {HeaderOf(request, "Transport")}\r\n";
                break;
        }

        return $"RTSP/1.0 200 OK\r\nCSeq: {HeaderOf(request, "CSeq")}\r\nSession: "
            + $"{client.GetHashCode()}\r\n{more}\r\n{content}";
    }

    private static string? HeaderOf(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();
}
