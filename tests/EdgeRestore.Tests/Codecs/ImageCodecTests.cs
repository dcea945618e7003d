using System.Buffers.Binary;
using System.IO.Compression;
using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Codecs;

public sealed class ImageCodecTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 13)]
    [InlineData(65_500, 1)]
    public void Decode_OfPng_GivesTheFrame(int width, int height)
    {
        using var frame = TestImages.Random(width, height, PixelFormat.Rgb24, 5);
        var png = ImageCodec.Encode(frame, ImageFileFormat.Png);
        Assert.Equal(ImageFileFormat.Png, ImageCodec.Sniff(png));
        using var decoded = ImageCodec.Decode(png);
        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        Assert.True(frame.Pixels.SequenceEqual(decoded.Pixels));
    }

    [Theory]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.WebP)]
    public void Decode_OfLossy_GivesNearlyTheFrame(ImageFileFormat format)
    {
        using var frame = TestImages.Solid(33, 21, 200, 120, 40);
        var bytes = ImageCodec.Encode(frame, format, 95);
        Assert.Equal(format, ImageCodec.Sniff(bytes));
        using var decoded = ImageCodec.Decode(bytes);
        for (var index = 0; index < frame.LengthBytes; index++)
        {
            Assert.InRange(decoded.Pixels[index] - frame.Pixels[index], -4, 4);
        }
    }

    [Fact]
    public void Decode_ExifOrientation_TurnsUpright()
    {
        using var frame = TestImages.Solid(8, 4, 10, 20, 30);
        frame.Pixels[..(4 * 3)].Fill(250);
        var jpeg = ImageCodec.Encode(frame, ImageFileFormat.Jpeg, 100);

        // APP1 with one big-endian IFD entry: orientation (0x0112), SHORT, 6 = turn clockwise.
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ];
        byte[] turned = [.. jpeg[..2], .. exif, .. jpeg[2..]];
        using var decoded = ImageCodec.Decode(turned);
        Assert.True(ImageCodec.IsTurned(turned) && !ImageCodec.IsTurned(jpeg));
        Assert.Equal((4, 8), (decoded.Width, decoded.Height));

        // The bright left half of the top row becomes the upper half of the right column.
        Assert.True(decoded.Pixels[3 * 3] > 150 && decoded.Pixels[((7 * 4) + 3) * 3] < 100);
    }

    [Fact]
    public void Decode_Transparent_LiesOverBlack()
    {
        using var decoded = ImageCodec.Decode(Png(1, 1, colorType: 6, bitDepth: 8, [0, 200, 100, 50, 128]));
        Assert.InRange(decoded.Pixels[0], 99, 101);
        Assert.InRange(decoded.Pixels[1], 49, 51);
    }

    [Fact]
    public void Decode_SixteenBitGrey_IsReducedToEight()
    {
        using var decoded = ImageCodec.Decode(Png(1, 1, colorType: 0, bitDepth: 16, [0, 0x80, 0x12]));
        Assert.Equal(3, decoded.LengthBytes);
        Assert.All(decoded.Pixels.ToArray(), value => Assert.Equal(0x80, value));
    }

    [Fact]
    public void Decode_PngBomb_IsRefusedBeforeDecoding()
    {
        var message = Assert.Throws<ImageException>(() => ImageCodec.Decode(Png(60_000, 60_000, 2, 8, [0]))).Message;
        Assert.Contains("60000x60000", message);
        Assert.Contains("Nothing was decoded", message);
    }

    [Fact]
    public void Decode_PngWithFewerRowsThanItClaims_IsDamaged()
    {
        var message = Assert.Throws<ImageException>(() => ImageCodec.Decode(Png(64, 64, 2, 8, new byte[193]))).Message;
        Assert.Contains("damaged", message);
    }

    [Theory]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.WebP)]
    public void Decode_Truncated_IsDamaged(ImageFileFormat format)
    {
        using var frame = TestImages.Scene(64, 64);
        var bytes = ImageCodec.Encode(frame, format);
        foreach (var length in (int[])[16, 40, bytes.Length / 2, bytes.Length * 9 / 10])
        {
            Assert.Throws<ImageException>(() => ImageCodec.Decode(bytes.AsSpan(0, length)));
        }

        ImageCodec.Decode(bytes).Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a........")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")]
    [InlineData("P6 4 4 255 ....")]
    public void Decode_OtherBytes_NamesWhatIsRead(string text)
    {
        var message = Assert.Throws<ImageException>(() => ImageCodec.Decode(System.Text.Encoding.ASCII.GetBytes(text)))
            .Message;
        Assert.Contains("JPEG, PNG, WebP and TIFF", message);
    }

    [Fact]
    public void Save_ThenLoad_GivesTheFrameAndLeavesNoParts()
    {
        using var frame = TestImages.Random(20, 10, PixelFormat.Rgb24, 3);
        var path = Path.Combine(_folder, "new", "a.png");
        ImageCodec.Save(frame, path);
        using var loaded = ImageCodec.Load(path);
        Assert.True(frame.Pixels.SequenceEqual(loaded.Pixels));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Save_UnknownExtension_NamesTheAllowedOnes()
    {
        using var frame = TestImages.Scene(4, 4);
        var exception = Assert.Throws<EdgeRestoreException>(() =>
            ImageCodec.Save(frame, Path.Combine(_folder, "a.bmp")));
        Assert.Contains(".png", exception.Message);
    }

    [Fact]
    public void Save_DiskFull_SaysSoAndKeepsTheOldFile()
    {
        // A device on which every write fails with "no space left".
        using var frame = TestImages.Scene(64, 64);
        var path = Path.Combine(_folder, "a.png");
        File.WriteAllText(path, "old");
        File.CreateSymbolicLink($"{path}.{Environment.ProcessId}.part", "/dev/full");
        var exception = Assert.Throws<EdgeRestoreException>(() => ImageCodec.Save(frame, path));
        Assert.Contains("Free space", exception.Message);
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => ImageCodec.Load(Path.Combine(_folder, "none.png")));
        Assert.Contains("none.png", exception.Message);
    }

    // A PNG with the given scan lines (each begins with its filter byte), whatever its header claims.
    private static byte[] Png(int width, int height, byte colorType, byte bitDepth, byte[] lines)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bitDepth, colorType);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(lines);
        }

        return
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        var chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        name.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8),
            Crc32(chunk.AsSpan(4, content.Length + 4)));
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
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
