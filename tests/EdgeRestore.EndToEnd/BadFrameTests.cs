using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Google.Protobuf;
using Grpc.Core;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// One bad frame fails that frame, in its place, with a text that helps; the frames around it come back.
/// </summary>
public sealed class BadFrameTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((Streaming.Width * Streaming.Height * 3) - 1)]
    [InlineData((Streaming.Width * Streaming.Height * 3) + 1)]
    public async Task RawPayloadOfAnotherLength_SaysBothLengths(int length) =>
        await FailsAloneAsync(Streaming.Rgb(), Streaming.Paint(), new byte[length], $"has {length} bytes", "has 9216.");

    [Fact]
    public async Task EmptyImage_IsRefused() =>
        await FailsAloneAsync(WireCodec.Jpeg, [], "is empty");

    [Theory]
    [InlineData(WireCodec.Jpeg, "Not a JPEG")]
    [InlineData(WireCodec.Png, "no known image")]
    [InlineData(WireCodec.Webp, "no known image")]
    public async Task Text_IsNoImage(WireCodec codec, string expected) =>
        await FailsAloneAsync(codec, Encoding.UTF8.GetBytes("no image at all, whatever the stream says"), expected);

    [Theory]
    [InlineData(WireCodec.Jpeg)]
    [InlineData(WireCodec.Png)]
    [InlineData(WireCodec.Webp)]
    public async Task TruncatedImage_IsRefusedInsteadOfHalfDecoded(WireCodec codec)
    {
        var whole = EncodeNoise(codec);
        await FailsAloneAsync(codec, whole[..(whole.Length / 2)], "damaged");
    }

    [Fact]
    public async Task JpegThatLiesAboutItsSize_IsRefusedBeforeItIsDecoded()
    {
        var jpeg = Streaming.Encode(WireCodec.Jpeg);
        var header = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(header + 5), 65_000);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(header + 7), 65_000);

        await FailsAloneAsync(WireCodec.Jpeg, jpeg, "65000x65000");
    }

    [Fact]
    public async Task JpegThatClaimsMoreRowsThanItHas_IsRefused()
    {
        var jpeg = EncodeNoise(WireCodec.Jpeg);
        var header = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(header + 5), 400);

        await FailsAloneAsync(WireCodec.Jpeg, jpeg, "damaged");
    }

    [Fact]
    public async Task PngBomb_IsRefusedByItsHeader()
    {
        // 60,000 x 60,000 gray pixels, which would take 10 GB as RGB, in a few bytes.
        await FailsAloneAsync(WireCodec.Png, CreatePng(60_000, 60_000, new byte[1000]), "60000x60000");
    }

    [Fact]
    public async Task PngWithDamagedChecksum_IsRefused()
    {
        var png = EncodeNoise(WireCodec.Png);
        png[png.Length / 2] ^= 0xFF;

        await FailsAloneAsync(WireCodec.Png, png, "damaged");
    }

    [Fact]
    public async Task ImageOfAnotherCodec_SaysWhatTheStreamWasOpenedFor() =>
        await FailsAloneAsync(WireCodec.Png, Streaming.Encode(WireCodec.Jpeg), "opened for Png");

    [Fact]
    public async Task ImageSmallerThanTheNetworkTakes_SaysTheLeastSide() =>
        await FailsAloneAsync(WireCodec.Png, Streaming.Encode(WireCodec.Png, 15, 40), "15x40", "at least 16");

    [Fact]
    public async Task ImageBeyondTheLimits_SaysTheLimits()
    {
        var limits = new LimitOptions { MaxWidth = 100, MaxHeight = 100, MaxPixels = 8000 };

        await FailsAloneAsync(
            Streaming.Images(WireCodec.Png),
            Streaming.Encode(WireCodec.Png),
            Streaming.Encode(WireCodec.Png, 101, 20),
            limits,
            "101x20",
            "100");
        await FailsAloneAsync(
            Streaming.Images(WireCodec.Jpeg),
            Streaming.Encode(WireCodec.Jpeg),
            Streaming.Encode(WireCodec.Jpeg, 90, 90),
            limits,
            "90x90",
            "8000");
    }

    [Fact]
    public async Task PayloadBeyondTheLimit_SaysTheLimit()
    {
        var limits = new LimitOptions { MaxPixels = 8192, MaxPayloadBytes = 9216 };

        await FailsAloneAsync(
            Streaming.Rgb(), Streaming.Paint(), new byte[9217], limits, "9217 bytes", "allowed are 9216");
    }

    [Fact]
    public async Task OddImageWithChromaHalvedOutput_FailsAlone()
    {
        var settings = Streaming.Images(WireCodec.Png);
        settings.RawOutput = PixelLayout.Nv12;

        await FailsAloneAsync(
            settings, Streaming.Encode(WireCodec.Png), Streaming.Encode(WireCodec.Png, 33, 33), "33x33", "even");
    }

    [Fact]
    public async Task SequenceThatDoesNotIncrease_FailsAlone()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var call = daemon.CreateService().Restore();
        await call.RequestStream.WriteAsync(new RestoreRequest { Open = Streaming.Rgb() }).WaitAsync(Patience.Limit);
        foreach (var sequence in (ulong[])[5, 5, 4, 9])
        {
            await call.RequestStream.WriteAsync(Frame(sequence, Streaming.Paint())).WaitAsync(Patience.Limit);
        }

        await call.RequestStream.CompleteAsync().WaitAsync(Patience.Limit);
        var replies = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Equal(
            [(5ul, false), (5ul, true), (4ul, true), (9ul, false)],
            replies.Skip(1).Select(reply => (reply.Frame?.Sequence ?? reply.Error.Sequence, reply.Error is not null)));
        Assert.Contains("Sequence 4 follows 5", replies[3].Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FrameBeforeOpen_IsAnsweredWithAnErrorAndTheStreamCanStillBeOpened()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var call = daemon.CreateService().Restore();

        await call.RequestStream.WriteAsync(Frame(1, Streaming.Paint())).WaitAsync(Patience.Limit);
        await call.RequestStream.WriteAsync(new RestoreRequest { Open = Streaming.Rgb() }).WaitAsync(Patience.Limit);
        await call.RequestStream.WriteAsync(Frame(2, Streaming.Paint())).WaitAsync(Patience.Limit);
        await call.RequestStream.CompleteAsync().WaitAsync(Patience.Limit);
        var replies = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Equal((1ul, ErrorCode.Input), (replies[0].Error.Sequence, replies[0].Error.Code));
        Assert.Contains("before the stream was opened", replies[0].Error.Message, StringComparison.Ordinal);
        Assert.NotNull(replies[1].Opened);
        Assert.Equal(2ul, replies[2].Frame.Sequence);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private static RestoreRequest Frame(ulong sequence, byte[] payload) => new()
    {
        Frame = new FrameRequest { Sequence = sequence, Payload = ByteString.CopyFrom(payload) },
    };

    private static Task FailsAloneAsync(WireCodec codec, byte[] bad, params string[] expected) =>
        FailsAloneAsync(Streaming.Images(codec), Streaming.Encode(codec), bad, expected);

    private static Task FailsAloneAsync(OpenStream settings, byte[] good, byte[] bad, params string[] expected) =>
        FailsAloneAsync(settings, good, bad, new LimitOptions(), expected);

    private static async Task FailsAloneAsync(
        OpenStream settings, byte[] good, byte[] bad, LimitOptions limits, params string[] expected)
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()), limits);
        await using var stream = await daemon.OpenAsync(settings);

        var replies = await stream.ExchangeAsync(good, bad, good);

        Assert.Equal(
            [RestoreError.None, RestoreError.Input, RestoreError.None], replies.Select(reply => reply.Error));
        Assert.Equal([1ul, 2ul, 3ul], replies.Select(reply => reply.Sequence));
        Assert.All(expected, text => Assert.Contains(text, replies[1].Message, StringComparison.Ordinal));
        Assert.Equal(1ul, (await daemon.WaitForFramesAsync(_ => true)).Failed);
    }

    private static byte[] EncodeNoise(WireCodec codec)
    {
        using var frame = EdgeRestore.Frames.Frame.Rent(96, 96, PixelFormat.Rgb24);
        new Random(7).NextBytes(frame.Pixels);
        using var jpeg = new Codecs.JpegCodec();
        return codec switch
        {
            WireCodec.Jpeg => jpeg.Encode(frame, 90).ToArray(),
            WireCodec.Png => Codecs.ImageCodec.Encode(frame, Codecs.ImageFileFormat.Png),
            _ => Codecs.ImageCodec.Encode(frame, Codecs.ImageFileFormat.WebP),
        };
    }

    /// <summary>A gray PNG with correct checksums, whatever its header claims.</summary>
    private static byte[] CreatePng(int width, int height, byte[] pixels)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(pixels);
        }

        return
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR", header), .. Chunk("IDAT", compressed.ToArray()), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 4), Crc32(body));
        return chunk;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
