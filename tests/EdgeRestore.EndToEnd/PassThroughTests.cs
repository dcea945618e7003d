using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using BypassReason = EdgeRestore.BypassReason;
using Degradation = EdgeRestore.Degradations.Degradation;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.EndToEnd;

/// <summary>What passes through comes back as it was sent: not by way of RGB, not encoded anew.</summary>
public sealed class PassThroughTests
{
    public static TheoryData<PixelFormat> Layouts =>
        [.. Enum.GetValues<PixelFormat>().Where(format => format != PixelFormat.Unknown)];

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task RawLayout_ComesBackByteForByte(PixelFormat format)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Raw.Layout = format.ToWire();
        settings.Fixed = Degradation.Clear.ToWire();
        await using var stream = await daemon.OpenAsync(settings);
        // Of these bytes most are no colour of RGB, so the way there and back would change them.
        var payloads = Enumerable.Range(0, 5).Select(seed => Noise(format, seed)).ToList();

        var replies = await stream.ExchangeAsync(payloads);

        foreach (var (payload, reply) in payloads.Zip(replies, (payload, reply) => (payload, reply)))
        {
            Assert.Equal(
                (RestoreError.None, true, BypassReason.Clear, Streaming.Width, Streaming.Height),
                (reply.Error, reply.Bypassed, reply.BypassReason, reply.Width, reply.Height));
            Assert.True(payload.AsSpan().SequenceEqual(reply.Payload.Span));
        }
    }

    [Theory]
    [InlineData(WireCodec.Jpeg)]
    [InlineData(WireCodec.Png)]
    [InlineData(WireCodec.Webp)]
    public async Task ImageFile_IsTheOneThatWasSentWhateverQualityIsAsked(WireCodec codec)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Images(codec);
        settings.EncodedOutput = new EncodedOutput { Codec = codec, Quality = 5 };
        settings.Strength = 0;
        await using var stream = await daemon.OpenAsync(settings);
        byte[][] files = [Streaming.Encode(codec), Streaming.Encode(codec, 71, 53), Streaming.Encode(codec, 33, 90)];

        var replies = await stream.ExchangeAsync(files);

        Assert.All(replies, reply => Assert.Equal(BypassReason.NoStrength, reply.BypassReason));
        Assert.Equal([(64, 48), (71, 53), (33, 90)], replies.Select(reply => (reply.Width, reply.Height)));
        Assert.Equal(files, replies.Select(reply => reply.Payload.ToArray()));
    }

    [Fact]
    public async Task OtherOutput_IsConverted()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Images(WireCodec.Png);
        settings.Fixed = Degradation.Clear.ToWire();
        settings.RawOutput = PixelLayout.Bgr24;
        await using var stream = await daemon.OpenAsync(settings);
        var file = Streaming.Encode(WireCodec.Png);

        var reply = Assert.Single(await stream.ExchangeAsync(file));

        using var rgb = ImageCodec.Decode(file);
        using var expected = Frame.Rent(rgb.Width, rgb.Height, PixelFormat.Bgr24);
        PixelConversion.FromRgb24(rgb, expected, default);
        Assert.True(reply.Bypassed);
        Assert.Equal(expected.Pixels.ToArray(), reply.Payload.ToArray());
    }

    [Fact]
    public async Task RestoredAndPassedInTurns_EachFrameComesBackAsItsOwn()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.NotANumberAtWhite()));
        var settings = Streaming.Images(WireCodec.Jpeg);
        settings.ClearOutput();
        await using var stream = await daemon.OpenAsync(settings);
        using var jpeg = new JpegCodec();
        var files = Enumerable.Range(0, 12)
            .Select(index => Paint(jpeg, index % 3 == 0 ? (byte)255 : (byte)(20 * index)))
            .ToList();

        var replies = await stream.ExchangeAsync(files);

        for (var index = 0; index < files.Count; index++)
        {
            var isBad = index % 3 == 0;
            Assert.Equal(isBad ? BypassReason.BadOutput : BypassReason.None, replies[index].BypassReason);
            Assert.Equal(isBad, replies[index].Payload.Span.SequenceEqual(files[index]));
            Assert.Equal(ImageFileFormat.Jpeg, ImageCodec.Sniff(replies[index].Payload.Span));
        }
    }

    private static byte[] Paint(JpegCodec jpeg, byte level)
    {
        using var frame = Frame.Rent(Streaming.Width, Streaming.Height, PixelFormat.Rgb24);
        frame.Pixels.Fill(level);
        return jpeg.Encode(frame, 75).ToArray();
    }

    private static byte[] Noise(PixelFormat format, int seed)
    {
        var bytes = new byte[Frame.GetLengthBytes(Streaming.Width, Streaming.Height, format)];
        new Random(seed).NextBytes(bytes);
        for (var index = 1; index < bytes.Length && format == PixelFormat.Gray10Le; index += 2)
        {
            bytes[index] &= 3;
        }

        return bytes;
    }
}
