using EdgeRestore.Client;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Grpc.Core;
using Degradation = EdgeRestore.Degradations.Degradation;
using ImageCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// Frames that lie in memory of client and daemon, and what a client gets that names what is not its own.
/// </summary>
public sealed class SharedMemoryTests
{
    private const int Length = Streaming.Width * Streaming.Height * 3;

    [Fact]
    public async Task Frames_ComeBackInOrderInTheirOwnSlots()
    {
        const int slotCount = 3, count = 30;
        await using var daemon = await RunningDaemon.StartAsync();
        using var shared = SharedFrames.Create(slotCount, Length, Length);
        await using var stream = await OpenAsync(daemon, Streaming.Rgb(), shared);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();

        for (var number = 0; number < count; number++)
        {
            var slot = number % slotCount;
            Streaming.Paint(Degradation.Noise, blue: (byte)number).CopyTo(shared.GetFrame(slot));
            await stream.SendSharedAsync(slot, timestampNs: number).AsTask().WaitAsync(Patience.Limit);
            Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));

            var reply = replies.Current;
            Assert.Equal(
                (RestoreError.None, (ulong)number + 1, number, slot, Length),
                (reply.Error, reply.Sequence, (int)reply.TimestampNs, reply.Slot, reply.Payload.Length));
            Assert.Equal(
                number + TestPackage.LevelsOf(Degradation.Noise), reply.Payload.Span[TestFrames.BlueOffset]);
        }
    }

    [Theory]
    [InlineData(PixelLayout.Bgr24)]
    [InlineData(PixelLayout.Nv12)]
    [InlineData(PixelLayout.Gray8)]
    public async Task OtherLayouts_GiveWhatMessagesGive(PixelLayout layout)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var (settings, payload) = CreateNoise(layout, Degradation.Rain);
        using var shared = SharedFrames.Create(1, payload.Length, payload.Length);
        await using var stream = await OpenAsync(daemon, settings, shared);
        payload.CopyTo(shared.GetFrame(0));

        var inMemory = await AskAsync(stream, () => stream.SendSharedAsync(0));
        var inMessage = await AskAsync(stream, () => stream.SendAsync(payload));

        Assert.Equal(RestoreError.None, inMemory.Error);
        Assert.Null(inMessage.Slot);
        Assert.True(inMemory.Payload.Span.SequenceEqual(inMessage.Payload.Span));
    }

    [Theory]
    [InlineData(PixelLayout.Rgb24)]
    [InlineData(PixelLayout.Bgr24)]
    [InlineData(PixelLayout.Nv12)]
    public async Task FramePassesThrough_ComesBackByteForByte(PixelLayout layout)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var (settings, payload) = CreateNoise(layout, Degradation.Clear);
        using var shared = SharedFrames.Create(1, payload.Length, payload.Length);
        await using var stream = await OpenAsync(daemon, settings, shared);
        payload.CopyTo(shared.GetFrame(0));

        var reply = await AskAsync(stream, () => stream.SendSharedAsync(0));

        Assert.Equal((RestoreError.None, true, 0), (reply.Error, reply.Bypassed, reply.Slot));
        Assert.True(reply.Payload.Span.SequenceEqual(payload));
    }

    [Fact]
    public async Task Jpeg_GoesInAndOut()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Images(ImageCodec.Jpeg);
        settings.EncodedOutput = new EncodedOutput { Codec = ImageCodec.Jpeg };
        var file = Streaming.Encode(ImageCodec.Jpeg);
        using var shared = SharedFrames.Create(2, file.Length + 100, 4 * file.Length);
        await using var stream = await OpenAsync(daemon, settings, shared);
        file.CopyTo(shared.GetFrame(1));

        var reply = await AskAsync(stream, () => stream.SendSharedAsync(1, file.Length));

        Assert.Equal((RestoreError.None, 1), (reply.Error, reply.Slot));
        Assert.Equal([0xFF, 0xD8], reply.Payload[..2].ToArray());
        Assert.Equal([0xFF, 0xD9], reply.Payload[^2..].ToArray());
    }

    [Theory]
    [InlineData(0, Length, 2 * Length, Length - 1, "bytes; its reply range has")]
    [InlineData(0, Length - 1, Length, Length, "9215 bytes")]
    [InlineData(2 * Length + 1, Length, 0, Length, "shared is 9216 bytes from 18433 on")]
    [InlineData(0, Length, 2 * Length + 1, Length, "reply is 9216 bytes from 18433 on")]
    [InlineData(ulong.MaxValue, Length, 0, Length, "shared is")]
    [InlineData(ulong.MaxValue - Length + 1, Length, 0, Length, "shared is")]
    [InlineData(0, ulong.MaxValue, Length, Length, "shared is")]
    [InlineData(0, Length, Length - 1, Length, "overlap")]
    [InlineData(Length, Length, 0, Length + 1, "overlap")]
    public async Task RangeIsWrong_FrameFailsAndTheStreamGoesOn(
        ulong offset, ulong length, ulong replyOffset, ulong replyLength, string told)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var memory = SharedMemoryFile.Create(3 * Length);
        using var call = await OpenRawAsync(daemon, memory.Name, 3 * Length);

        await call.RequestStream.WriteAsync(Request(1, (offset, length), (replyOffset, replyLength)));
        await call.RequestStream.WriteAsync(Request(2, (0, Length), (2 * Length, Length)));

        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        var error = call.ResponseStream.Current.Error;
        Assert.Equal((1ul, ErrorCode.Input), (error.Sequence, error.Code));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        var frame = call.ResponseStream.Current.Frame;
        Assert.Equal(
            (2ul, 2ul * Length, (ulong)Length), (frame.Sequence, frame.Shared.Offset, frame.Shared.Length));
    }

    [Fact]
    public async Task FileIsCutOff_FramesFailAndTheDaemonLives()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var memory = SharedMemoryFile.Create(2 * Length);
        using var call = await OpenRawAsync(daemon, memory.Name, 2 * Length);
        using (var file = File.OpenHandle(
            Path.Combine(SharedMemoryFile.Directory, memory.Name), access: FileAccess.ReadWrite,
            share: FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, 100);
        }

        await call.RequestStream.WriteAsync(Request(1, (0, Length), (Length, Length)));

        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        Assert.Contains(
            "is shorter than the", call.ResponseStream.Current.Error.Message, StringComparison.Ordinal);
        await using var other = await daemon.OpenAsync(Streaming.Rgb());
        Assert.Single(await other.ExchangeAsync(Streaming.Paint()));
    }

    [Fact]
    public async Task StreamWithoutSharedMemory_FrameFails()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var call = daemon.CreateService().Restore();
        await call.RequestStream.WriteAsync(new RestoreRequest { Open = Streaming.Rgb() });
        await call.RequestStream.WriteAsync(Request(1, (0, 10), (10, 10)));

        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));

        Assert.Contains(
            "opened without", call.ResponseStream.Current.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 100, "1 to 64 letters")]
    [InlineData("../etc/passwd", 100, "1 to 64 letters")]
    [InlineData(".hidden", 100, "1 to 64 letters")]
    [InlineData("edgerestore-no-such-file", 100, "cannot be opened")]
    [InlineData("NAME", 0, "at least 1")]
    [InlineData("NAME", 1_000_000, "1000000 were announced")]
    [InlineData("NAME", ulong.MaxValue, "were announced")]
    public async Task MemoryCannotBeOpened_StreamIsRefused(string name, ulong sizeBytes, string told)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var memory = SharedMemoryFile.Create(2 * Length);
        var settings = Streaming.Rgb();
        settings.SharedMemory = new SharedMemory
        {
            Name = name == "NAME" ? memory.Name : name,
            SizeBytes = sizeBytes,
        };

        var exception = await Assert.ThrowsAsync<DaemonException>(() => daemon.OpenAsync(settings));

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
    }

    // Any bytes are a frame of a raw layout.
    private static (OpenStream Settings, byte[] Payload) CreateNoise(PixelLayout layout, Degradation route)
    {
        var settings = Streaming.Rgb();
        settings.Raw.Layout = layout;
        settings.Fixed = EdgeRestore.Protocol.WireEnums.ToWire(route);
        Assert.True(EdgeRestore.Protocol.WireEnums.TryFromWire(layout, out var format));
        var payload = new byte[Frame.GetLengthBytes(Streaming.Width, Streaming.Height, format)];
        new Random(1).NextBytes(payload);
        return (settings, payload);
    }

    private static Task<RestoreStream> OpenAsync(RunningDaemon daemon, OpenStream settings, SharedFrames shared) =>
        daemon.CreateClient().OpenAsync(settings, shared).WaitAsync(Patience.Limit);

    private static async Task<RestoredFrame> AskAsync(RestoreStream stream, Func<ValueTask<ulong>> send)
    {
        var sequence = await send().AsTask().WaitAsync(Patience.Limit);
        await foreach (var reply in stream.ReceiveAsync())
        {
            Assert.Equal(sequence, reply.Sequence);
            return reply;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    private static async Task<AsyncDuplexStreamingCall<RestoreRequest, RestoreReply>> OpenRawAsync(
        RunningDaemon daemon, string name, ulong sizeBytes)
    {
        var settings = Streaming.Rgb();
        settings.SharedMemory = new SharedMemory { Name = name, SizeBytes = sizeBytes };
        var call = daemon.CreateService().Restore();
        await call.RequestStream.WriteAsync(new RestoreRequest { Open = settings }).WaitAsync(Patience.Limit);
        Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience.Limit));
        return call;
    }

    private static RestoreRequest Request(
        ulong sequence, (ulong Offset, ulong Length) shared, (ulong Offset, ulong Length) reply) => new()
        {
            Frame = new FrameRequest
            {
                Sequence = sequence,
                Shared = new SharedRange { Offset = shared.Offset, Length = shared.Length },
                Reply = new SharedRange { Offset = reply.Offset, Length = reply.Length },
            },
        };
}
