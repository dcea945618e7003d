using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>How a connection ends under an open stream.</summary>
public enum Breakage
{
    /// <summary>GOAWAY with NO_ERROR, then the end.</summary>
    GoAway,

    /// <summary>The end, as of a process that was killed.</summary>
    Close,

    /// <summary>The end within a message.</summary>
    CloseWithinMessage,

    /// <summary>TCP's reset.</summary>
    Reset,
}

/// <summary>
/// Opens one stream and breaks its connection, in ways that the daemon avoids: HTTP/2, as much of it as that takes.
/// </summary>
internal sealed class BreakingServer : IDisposable
{
    private const byte DataFrame = 0;
    private const byte HeadersFrame = 1;
    private const byte SettingsFrame = 4;
    private const byte GoAwayFrame = 7;
    private const byte EndHeaders = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _connection;

    public BreakingServer()
    {
        _listener.Start();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Takes a connection and answers the first request's open message.</summary>
    public async Task OpenAsync()
    {
        _connection = await _listener.AcceptSocketAsync().WaitAsync(Patience.Limit);
        await SendAsync(SettingsFrame, 0, 0, []);
        await ReadRequestAsync();

        // Literal header fields without indexing, RFC 7541 section 6.2.2; 0x88 is ':status: 200' of the static table.
        byte[] headers = [0x88, 0, 12, .. "content-type"u8, 16, .. "application/grpc"u8];
        var opened = new RestoreReply { Opened = new StreamOpened { Delivery = Delivery.Lossless } }.ToByteArray();
        await SendAsync(HeadersFrame, EndHeaders, 1, headers);
        await SendAsync(DataFrame, 0, 1, [.. Prefix(opened.Length), .. opened]);
    }

    public async Task BreakAsync(Breakage breakage)
    {
        switch (breakage)
        {
            case Breakage.GoAway:
                // Last stream 1, error 0.
                await SendAsync(GoAwayFrame, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0]);
                break;
            case Breakage.CloseWithinMessage:
                await SendAsync(DataFrame, 0, 1, [.. Prefix(100), 1, 2, 3]);
                break;
            case Breakage.Reset:
                _connection!.LingerState = new LingerOption(true, 0);
                _connection.Close();
                return;
            default:
                break;
        }

        // Only what has been sent so far: closing with bytes unread would be a reset.
        _connection!.Shutdown(SocketShutdown.Send);
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _listener.Dispose();
    }

    // Past the preface and other frames, to the request's DATA.
    private async Task ReadRequestAsync()
    {
        await ReceiveAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length);
        byte[] head;
        do
        {
            head = await ReceiveAsync(9);
            await ReceiveAsync((head[0] << 16) | (head[1] << 8) | head[2]);
        }
        while (head[3] != DataFrame);
    }

    private async Task<byte[]> ReceiveAsync(int lengthBytes)
    {
        var bytes = new byte[lengthBytes];
        var count = 0;
        while (count < lengthBytes)
        {
            var received = await _connection!.ReceiveAsync(bytes.AsMemory(count)).AsTask().WaitAsync(Patience.Limit);
            Assert.NotEqual(0, received);
            count += received;
        }

        return bytes;
    }

    private async Task SendAsync(byte type, byte flags, byte stream, byte[] payload)
    {
        byte[] head = [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream];
        await _connection!.SendAsync((byte[])[.. head, .. payload]).WaitAsync(Patience.Limit);
    }

    // Not compressed, length.
    private static byte[] Prefix(int lengthBytes)
    {
        var prefix = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(1), lengthBytes);
        return prefix;
    }
}
