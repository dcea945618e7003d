using EdgeRestore.Codecs;
using EdgeRestore.Frames;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Tests.Codecs;

/// <summary>What a photograph tells beside its pixels stays with what becomes of it.</summary>
public sealed class ImageMetadataTests
{
    // Upright, and without the small picture of how it was.
    private static readonly TestPhotograph Kept = TestPhotograph.Sample with { Orientation = 1, HasThumbnail = false };

    [Theory]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.WebP)]
    public void EncodeLike_TurnedPhotograph_IsUprightAndTellsTheRest(ImageFileFormat format)
    {
        var original = Photograph(24, 16);
        Assert.Equal(TestPhotograph.Sample, TestPhotograph.Read(original));
        using var frame = ImageCodec.Decode(original);
        Assert.Equal((16, 24), (frame.Width, frame.Height));

        var encoded = ImageCodec.EncodeLike(original, frame, format, 95);

        Assert.Equal(Kept, TestPhotograph.Read(encoded));
        Assert.False(ImageCodec.IsTurned(encoded));
        AreAlike(frame, encoded);
        Assert.True(encoded.AsSpan()[2..].IndexOf([(byte)0xFF, (byte)0xD8, (byte)0xFF]) < 0);
    }

    [Theory]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.WebP)]
    public void EncodeLike_OfOtherFormats_TellsAsMuch(ImageFileFormat format)
    {
        var photograph = Photograph(24, 16);
        using var frame = ImageCodec.Decode(photograph);
        var original = ImageCodec.EncodeLike(photograph, frame, format);

        var encoded = ImageCodec.EncodeLike(original, frame, format, 95);

        Assert.Equal(Kept, TestPhotograph.Read(encoded));
        AreAlike(frame, encoded);
    }

    [Theory]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.WebP)]
    public void EncodeLike_OfWhatTellsNothing_IsEncode(ImageFileFormat format)
    {
        using var frame = TestImages.Scene(24, 16);
        var original = ImageCodec.Encode(frame, format);

        Assert.Equal(ImageCodec.Encode(frame, format, 80), ImageCodec.EncodeLike(original, frame, format, 80));
    }

    [Fact]
    public void EncodeLike_OfGray_LeavesItsProfileOut()
    {
        using var gray = Frame.Rent(24, 16, PixelFormat.Gray8);
        gray.Pixels.Fill(90);
        using var jpeg = new JpegCodec();
        var original = TestPhotograph.Sample.AddTo(jpeg.Encode(gray, 90));
        using var frame = ImageCodec.Decode(original);

        var encoded = ImageCodec.EncodeLike(original, frame, ImageFileFormat.Jpeg);

        Assert.Equal(Kept with { HasProfile = false }, TestPhotograph.Read(encoded));
    }

    // A segment of JPEG holds 65,533 bytes, and EXIF grows when it is written anew.
    [Fact]
    public void EncodeLike_MoreThanTheFormatHolds_GivesThePictureAllTheSame()
    {
        using var frame = TestImages.Scene(24, 16);
        var told = TestPhotograph.Sample with { Make = new string('x', 65_300), HasThumbnail = false, Orientation = 1 };
        var original = told.AddTo(ImageCodec.Encode(frame, ImageFileFormat.Jpeg));

        AreAlike(frame, ImageCodec.EncodeLike(original, frame, ImageFileFormat.Jpeg, 95));
    }

    private static byte[] Photograph(int width, int height)
    {
        using var frame = TestImages.Solid(width, height, 200, 120, 40);
        frame.Pixels[..(width * 3 * height / 2)].Fill(60);
        return TestPhotograph.Sample.AddTo(ImageCodec.Encode(frame, ImageFileFormat.Jpeg, 95));
    }

    private static void AreAlike(Frame expected, byte[] encoded)
    {
        const double LossOfCodecs = 4;
        using var decoded = ImageCodec.Decode(encoded);
        Assert.Equal((expected.Width, expected.Height), (decoded.Width, decoded.Height));
        var difference = 0.0;
        for (var index = 0; index < expected.LengthBytes; index++)
        {
            difference += Math.Abs(expected.Pixels[index] - decoded.Pixels[index]);
        }

        Assert.InRange(difference / expected.LengthBytes, 0, LossOfCodecs);
    }
}
