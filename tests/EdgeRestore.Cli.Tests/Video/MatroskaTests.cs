using EdgeRestore.Cli.Video;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Tests.Video;

public sealed class MatroskaTests
{
    private static readonly VideoFormat Format = new()
    {
        Width = 33,
        Height = 21,
        Layout = PixelFormat.I420,
        Rate = new FrameRate(30000, 1001),
        MatrixCode = 1,
        RangeCode = 2,
        TransferCode = 13,
        PrimariesCode = 1,
        ChromaSitingHorizontal = 1,
        DisplayWidth = 44,
        DisplayHeight = 21,
    };

    [Fact]
    public void WhatIsWritten_IsReadAgain()
    {
        using var stream = new MemoryStream();
        var writer = new MatroskaWriter(stream);
        writer.WriteHeader(Format);
        long[] times = [0, 33_366_667, 5_000_000_000_000];
        foreach (var time in times)
        {
            writer.WriteFrame(BytesOf(time), time);
        }

        stream.Position = 0;
        var reader = new MatroskaReader(stream);

        Assert.Equal(Format, reader.ReadHeader());
        foreach (var time in times)
        {
            using var frame = reader.ReadFrame();
            Assert.Equal(time, frame!.TimestampNs);
            Assert.Equal(BytesOf(time), frame.Bytes.ToArray());
        }

        Assert.Null(reader.ReadFrame());
    }

    [Theory]
    [InlineData(PixelFormat.Gray8)]
    [InlineData(PixelFormat.Gray10Le)]
    [InlineData(PixelFormat.Gray16Le)]
    public void WhatIsNotTold_StaysUntold(PixelFormat layout)
    {
        using var stream = new MemoryStream();
        var writer = new MatroskaWriter(stream);
        var format = new VideoFormat { Width = 16, Height = 16, Layout = layout };
        writer.WriteHeader(format);
        writer.WriteFrame(new byte[format.LengthBytes], 0);
        stream.Position = 0;

        Assert.Equal(format, new MatroskaReader(stream).ReadHeader());
    }

    [Fact]
    public void FrameThatBreaksOff_IsNoFrame()
    {
        using var stream = new MemoryStream();
        var writer = new MatroskaWriter(stream);
        writer.WriteHeader(Format);
        writer.WriteFrame(BytesOf(0), 0);
        using var half = new MemoryStream(stream.ToArray()[..^10]);
        var reader = new MatroskaReader(half);
        reader.ReadHeader();

        Assert.Throws<EndOfStreamException>(reader.ReadFrame);
    }

    [Fact]
    public void FrameOfAnotherLength_IsRefused()
    {
        using var stream = new MemoryStream();
        var writer = new MatroskaWriter(stream);
        writer.WriteHeader(Format);
        writer.WriteFrame(new byte[7], 0);
        stream.Position = 0;
        var reader = new MatroskaReader(stream);
        reader.ReadHeader();

        Assert.Contains(
            "7 bytes", Assert.Throws<InvalidDataException>(reader.ReadFrame).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x1A, 0x45, 0xDF, 0xA3, 0x80 })]
    public void StreamThatEndsBeforeItsFrames_HasNoFormat(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);

        Assert.Null(new MatroskaReader(stream).ReadHeader());
    }

    [Fact]
    public void AnyOtherBytes_AreRefusedAndNeverHang()
    {
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            using var stream = new MemoryStream(bytes);
            var reader = new MatroskaReader(stream);
            try
            {
                // Nothing among random bytes is a whole track and a cluster.
                Assert.Null(reader.ReadHeader());
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
            {
                // What it should be.
            }
        }
    }

    private static byte[] BytesOf(long seed)
    {
        var bytes = new byte[Format.LengthBytes];
        new Random((int)(seed % int.MaxValue)).NextBytes(bytes);
        return bytes;
    }
}
