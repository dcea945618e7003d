using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;
using YuvMatrix = EdgeRestore.Frames.YuvMatrix;
using YuvRange = EdgeRestore.Frames.YuvRange;

namespace EdgeRestore.EndToEnd;

/// <summary>Every layout and codec in and out; a subnetwork that copies leaves the conversions alone.</summary>
public sealed class PayloadFormatTests
{
    [Theory]
    [InlineData(PixelFormat.Rgb24)]
    [InlineData(PixelFormat.Bgr24)]
    [InlineData(PixelFormat.Gray8)]
    [InlineData(PixelFormat.Gray16Le)]
    [InlineData(PixelFormat.Gray10Le)]
    [InlineData(PixelFormat.Nv12)]
    [InlineData(PixelFormat.I420)]
    public async Task RawLayout_ComesBackInTheSameLayout(PixelFormat format)
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        var settings = Streaming.Rgb();
        settings.Raw.Layout = format.ToWire();
        settings.Fixed = Degradation.Noise.ToWire();
        await using var stream = await daemon.OpenAsync(settings);
        using var frame = CreateFrame(format);

        var reply = Assert.Single(await stream.ExchangeAsync(frame.Pixels.ToArray()));

        Assert.Equal(format.ToWire(), stream.Opened.RawOutput);
        Assert.Equal((Streaming.Width, Streaming.Height), (reply.Width, reply.Height));
        Assert.InRange(LargestDifference(frame.Pixels, reply.Payload.Span), 0, 2);
    }

    [Theory]
    [InlineData(PixelFormat.Bgr24)]
    [InlineData(PixelFormat.Gray8)]
    [InlineData(PixelFormat.Gray10Le)]
    [InlineData(PixelFormat.Gray16Le)]
    [InlineData(PixelFormat.Nv12)]
    [InlineData(PixelFormat.I420)]
    public async Task RawOutput_OfAnotherLayout_IsWhatConversionGives(PixelFormat format)
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        var settings = Streaming.Rgb();
        settings.RawOutput = format.ToWire();
        settings.YuvMatrix = Protocol.V1.YuvMatrix.Bt709;
        settings.YuvRange = Protocol.V1.YuvRange.Full;
        settings.Fixed = Degradation.Noise.ToWire();
        await using var stream = await daemon.OpenAsync(settings);
        using var rgb = TestFrames.Create(Streaming.Width, Streaming.Height, Degradation.Rain, blue: 30);
        using var expected = Frame.Rent(Streaming.Width, Streaming.Height, format);
        PixelConversion.FromRgb24(rgb, expected, new YuvEncoding(YuvMatrix.Bt709, YuvRange.Full));

        var reply = Assert.Single(await stream.ExchangeAsync(rgb.Pixels.ToArray()));

        Assert.Equal(expected.Pixels.ToArray(), reply.Payload.ToArray());
    }

    [Theory]
    [InlineData(WireCodec.Jpeg, ImageFileFormat.Jpeg, 4)]
    [InlineData(WireCodec.Png, ImageFileFormat.Png, 0)]
    [InlineData(WireCodec.Webp, ImageFileFormat.WebP, 8)]
    public async Task Images_ComeBackInTheSameCodec(WireCodec codec, ImageFileFormat format, int tolerance)
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        var settings = Streaming.Images(codec);
        settings.ClearOutput();
        await using var stream = await daemon.OpenAsync(settings);
        var payload = Streaming.Encode(codec, width: 71, height: 53);

        var reply = Assert.Single(await stream.ExchangeAsync(payload));

        Assert.Equal(codec, stream.Opened.EncodedOutput.Codec);
        Assert.Equal(format, ImageCodec.Sniff(reply.Payload.Span));
        Assert.Equal((71, 53), (reply.Width, reply.Height));
        using var before = ImageCodec.Decode(payload);
        using var after = ImageCodec.Decode(reply.Payload.Span);
        Assert.InRange(LargestDifference(before.Pixels, after.Pixels), 0, tolerance);
    }

    // As `restore` reads it: libjpeg-turbo knows no inks, libvips does.
    [Fact]
    public async Task JpegInInks_IsReadAsFilesAre()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Images(WireCodec.Jpeg));
        var payload = InkJpeg.Create(Streaming.Width, Streaming.Height, 200, 90, 60, 220);
        using var expected = ImageCodec.Decode(payload);

        var replies = await stream.ExchangeAsync(Streaming.Encode(WireCodec.Jpeg), payload);

        Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
        Assert.Equal((Streaming.Width, Streaming.Height), (replies[1].Width, replies[1].Height));
        Assert.Equal(
            expected.Pixels[..3].ToArray().Select(level => level + TestPackage.LevelsOf(Degradation.Noise)),
            replies[1].Payload[..3].ToArray().Select(level => (int)level));
    }

    [Fact]
    public async Task JpegQuality_Lower_GivesSmallerReplies()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        using var noise = Frame.Rent(128, 128, PixelFormat.Rgb24);
        new Random(1).NextBytes(noise.Pixels);
        var lengths = new List<int>();
        foreach (var quality in (uint[])[95, 30])
        {
            var settings = Streaming.Rgb(128, 128);
            settings.Fixed = Degradation.Noise.ToWire();
            settings.EncodedOutput = new EncodedOutput { Codec = WireCodec.Jpeg, Quality = quality };
            await using var stream = await daemon.OpenAsync(settings);
            lengths.Add(Assert.Single(await stream.ExchangeAsync(noise.Pixels.ToArray())).Payload.Length);
        }

        Assert.True(lengths[1] < lengths[0] / 2, $"Quality 30 gave {lengths[1]} bytes, 95 gave {lengths[0]}.");
    }

    [Fact]
    public async Task OddSizesAndSizesThatChange_AreTakenFromImages()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        await using var stream = await daemon.OpenAsync(Streaming.Images(WireCodec.Png));

        var replies = await stream.ExchangeAsync(
            Streaming.Encode(WireCodec.Png, 17, 16),
            Streaming.Encode(WireCodec.Png, 33, 129),
            Streaming.Encode(WireCodec.Png, 16, 31));

        Assert.Equal([(17, 16), (33, 129), (16, 31)], replies.Select(reply => (reply.Width, reply.Height)));
        Assert.All(replies, reply => Assert.Equal(reply.Width * reply.Height * 3, reply.Payload.Length));
    }

    private static Frame CreateFrame(PixelFormat format)
    {
        using var rgb = TestFrames.Create(Streaming.Width, Streaming.Height, Degradation.Rain, blue: 90);
        var frame = Frame.Rent(Streaming.Width, Streaming.Height, format);
        PixelConversion.FromRgb24(rgb, frame, new YuvEncoding(YuvMatrix.Bt601, YuvRange.Limited));
        return frame;
    }

    private static int LargestDifference(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0;
        for (var index = 0; index < expected.Length; index++)
        {
            largest = Math.Max(largest, Math.Abs(expected[index] - actual[index]));
        }

        return largest;
    }
}
