using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Codecs;

public sealed class JpegCodecTests : IDisposable
{
    private readonly JpegCodec _codec = new();

    public void Dispose() => _codec.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(17, 31)]
    [InlineData(640, 3)]
    public void Decode_OfEncoded_GivesNearlyTheFrame(int width, int height)
    {
        using var frame = TestImages.Solid(width, height, 200, 120, 40);
        using var decoded = _codec.Decode(_codec.Encode(frame, 95, ChromaSubsampling.None).ToArray());
        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        for (var index = 0; index < frame.LengthBytes; index++)
        {
            Assert.InRange(decoded.Pixels[index] - frame.Pixels[index], -3, 3);
        }
    }

    [Fact]
    public void Decode_Bgr_SwapsRedAndBlue()
    {
        using var frame = TestImages.Solid(16, 16, 200, 120, 40);
        var jpeg = _codec.Encode(frame, 95).ToArray();
        using var rgb = _codec.Decode(jpeg);
        using var bgr = _codec.Decode(jpeg, PixelFormat.Bgr24);
        Assert.Equal(rgb.Pixels[0], bgr.Pixels[2]);
        Assert.Equal(rgb.Pixels[2], bgr.Pixels[0]);
    }

    [Fact]
    public void Decode_Gray_GivesOneByteAPixel()
    {
        using var frame = TestImages.Random(15, 9, PixelFormat.Gray8, 1);
        using var decoded = _codec.Decode(_codec.Encode(frame, 90).ToArray(), PixelFormat.Gray8);
        Assert.Equal(15 * 9, decoded.LengthBytes);
    }

    [Fact]
    public void Encode_LowerQuality_IsSmaller()
    {
        using var frame = TestImages.Scene(128, 96);
        var large = _codec.Encode(frame, 95).Length;
        Assert.True(_codec.Encode(frame, 20).Length < large / 2);
    }

    [Fact]
    public void Decode_EveryTruncation_SaysDamagedOrNotAJpeg()
    {
        using var frame = TestImages.Scene(48, 48);
        var jpeg = _codec.Encode(frame, 80).ToArray();
        for (var length = 0; length < jpeg.Length - 2; length += 7)
        {
            var exception = Assert.Throws<ImageException>(() => _codec.Decode(jpeg.AsSpan(0, length)));
            Assert.Matches("damaged|Not a JPEG", exception.Message);
        }

        // The instance stays usable.
        _codec.Decode(jpeg).Dispose();
    }

    [Fact]
    public void Decode_FlippedBytes_NeverLeavesTheFrame()
    {
        using var frame = TestImages.Scene(40, 40);
        var jpeg = _codec.Encode(frame, 70).ToArray();
        var failed = 0;
        for (var index = 2; index < jpeg.Length; index++)
        {
            var damaged = (byte[])jpeg.Clone();
            damaged[index] ^= 0x55;
            try
            {
                _codec.Decode(damaged, PixelFormat.Rgb24).Dispose();
            }
            catch (ImageException)
            {
                failed++;
            }
        }

        Assert.True(failed > 10);
    }

    [Fact]
    public void ReadSize_HeaderLiesAboutSize_IsRefusedBeforeDecoding()
    {
        using var frame = TestImages.Scene(32, 32);
        var jpeg = _codec.Encode(frame, 80).ToArray();
        WriteSize(jpeg, 65_000, 65_000);
        var message = Assert.Throws<ImageException>(() => _codec.Decode(jpeg)).Message;
        Assert.Contains("65000x65000", message);
        Assert.Contains("67108864", message);
        Assert.Contains("raise the image limits", message);
    }

    [Fact]
    public void Decode_HeaderClaimsMoreRowsThanData_IsDamaged()
    {
        using var frame = TestImages.Scene(32, 32);
        var jpeg = _codec.Encode(frame, 80).ToArray();
        WriteSize(jpeg, 32, 320);
        Assert.Contains("damaged image data", Assert.Throws<ImageException>(() => _codec.Decode(jpeg)).Message);
    }

    [Fact]
    public void Decode_IntoFrameOfOtherSize_NamesBothSizes()
    {
        using var frame = TestImages.Scene(32, 32);
        using var other = TestImages.Scene(32, 30);
        var jpeg = _codec.Encode(frame, 80).ToArray();
        var message = Assert.Throws<ImageException>(() => _codec.Decode(jpeg, other)).Message;
        Assert.Contains("32x32", message);
        Assert.Contains("32x30", message);
    }

    [Fact]
    public void Encode_WidestJpeg_RoundTrips()
    {
        using var frame = TestImages.Solid(65_500, 1, 10, 20, 30);
        using var decoded = _codec.Decode(_codec.Encode(frame, 80).ToArray());
        Assert.Equal(65_500, decoded.Width);
    }

    [Fact]
    public void Encode_WiderThanJpegAllows_NamesTheLimit()
    {
        using var frame = TestImages.Solid(65_501, 1, 10, 20, 30);
        Assert.Contains("65500", Assert.Throws<ImageException>(() => _codec.Encode(frame, 80)).Message);
    }

    [Fact]
    public void Decode_AfterDispose_IsRefused()
    {
        var codec = new JpegCodec();
        codec.Dispose();
        Assert.Throws<ObjectDisposedException>(() => codec.ReadSize([0xFF, 0xD8, 0xFF, 0xE0]));
    }

    // The frame header SOF0: FF C0, length, precision, then height and width, big-endian.
    private static void WriteSize(byte[] jpeg, int width, int height)
    {
        var start = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (jpeg[start + 5], jpeg[start + 6]) = ((byte)(height >> 8), (byte)height);
        (jpeg[start + 7], jpeg[start + 8]) = ((byte)(width >> 8), (byte)width);
    }
}
