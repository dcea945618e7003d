using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Frames;

public sealed class PixelConversionTests
{
    private static readonly YuvEncoding[] Encodings =
    [
        new(YuvMatrix.Bt601, YuvRange.Limited), new(YuvMatrix.Bt601, YuvRange.Full),
        new(YuvMatrix.Bt709, YuvRange.Limited), new(YuvMatrix.Bt709, YuvRange.Full),
    ];

    public static TheoryData<PixelFormat, YuvMatrix, YuvRange> Cases
    {
        get
        {
            var data = new TheoryData<PixelFormat, YuvMatrix, YuvRange>();
            foreach (var format in (PixelFormat[])[PixelFormat.Rgb24, PixelFormat.Bgr24, PixelFormat.Gray8,
                PixelFormat.Gray10Le, PixelFormat.Gray16Le, PixelFormat.Nv12, PixelFormat.I420])
            {
                foreach (var encoding in Encodings)
                {
                    data.Add(format, encoding.Matrix, encoding.Range);
                }
            }

            return data;
        }
    }

    // Widths around the sixteen lanes, so that vectors, rest and both together are met.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Convert_WithAndWithoutVectors_GivesSameBytes(PixelFormat format, YuvMatrix matrix, YuvRange range)
    {
        var encoding = new YuvEncoding(matrix, range);
        foreach (var width in (int[])[2, 14, 16, 18, 30, 32, 34, 66])
        {
            using var source = TestImages.Random(width, 6, format, (ulong)width);
            using var scalar = Frame.Rent(width, 6, PixelFormat.Rgb24);
            using var vector = Frame.Rent(width, 6, PixelFormat.Rgb24);
            PixelConversion.ToRgb24(source, scalar, encoding, useVectors: false);
            PixelConversion.ToRgb24(source, vector, encoding, useVectors: PixelConversion.HasVectors);
            Assert.True(scalar.Pixels.SequenceEqual(vector.Pixels), $"to RGB, width {width}");

            using var rgb = TestImages.Random(width, 6, PixelFormat.Rgb24, (ulong)width);
            using var scalarBack = Frame.Rent(width, 6, format);
            using var vectorBack = Frame.Rent(width, 6, format);
            PixelConversion.FromRgb24(rgb, scalarBack, encoding, useVectors: false);
            PixelConversion.FromRgb24(rgb, vectorBack, encoding, useVectors: PixelConversion.HasVectors);
            Assert.True(scalarBack.Pixels.SequenceEqual(vectorBack.Pixels), $"from RGB, width {width}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ToRgb24_RandomBytes_IsWithinOneOfExactArithmetic(PixelFormat format, YuvMatrix matrix, YuvRange range)
    {
        if (format is not (PixelFormat.Nv12 or PixelFormat.I420))
        {
            return;
        }

        using var source = TestImages.Random(48, 32, format, 9);
        using var rgb = Frame.Rent(48, 32, PixelFormat.Rgb24);
        PixelConversion.ToRgb24(source, rgb, new(matrix, range));
        var (red, blue) = matrix == YuvMatrix.Bt601 ? (0.299, 0.114) : (0.2126, 0.0722);
        var green = 1.0 - red - blue;
        for (var y = 0; y < 32; y++)
        {
            for (var x = 0; x < 48; x++)
            {
                var (codeY, codeU, codeV) = Sample(source, x, y);
                var luma = range == YuvRange.Limited ? (codeY - 16.0) / 219.0 : codeY / 255.0;
                var u = (codeU - 128.0) / (range == YuvRange.Limited ? 224.0 : 255.0);
                var v = (codeV - 128.0) / (range == YuvRange.Limited ? 224.0 : 255.0);
                double[] expected =
                [
                    luma + (2 * (1 - red) * v),
                    luma - (2 * (1 - blue) * blue / green * u) - (2 * (1 - red) * red / green * v),
                    luma + (2 * (1 - blue) * u),
                ];
                for (var channel = 0; channel < 3; channel++)
                {
                    var found = rgb.Pixels[(((y * 48) + x) * 3) + channel];
                    Assert.InRange(found - Math.Clamp(expected[channel] * 255.0, 0.0, 255.0), -0.6, 0.6);
                }
            }
        }
    }

    [Theory]
    [InlineData(YuvMatrix.Bt601, YuvRange.Limited, 255, 0, 0, 81, 90, 240)]
    [InlineData(YuvMatrix.Bt601, YuvRange.Limited, 255, 255, 255, 235, 128, 128)]
    [InlineData(YuvMatrix.Bt709, YuvRange.Limited, 0, 255, 0, 173, 42, 26)]
    [InlineData(YuvMatrix.Bt601, YuvRange.Full, 0, 0, 255, 29, 255, 107)]
    [InlineData(YuvMatrix.Bt709, YuvRange.Full, 0, 0, 0, 0, 128, 128)]
    public void FromRgb24_KnownColour_HasItsPublishedCodes(
        YuvMatrix matrix, YuvRange range, byte red, byte green, byte blue, byte y, byte u, byte v)
    {
        using var rgb = TestImages.Solid(4, 4, red, green, blue);
        using var yuv = Frame.Rent(4, 4, PixelFormat.I420);
        PixelConversion.FromRgb24(rgb, yuv, new(matrix, range));
        Assert.Equal([y, u, v], (byte[])[yuv.Pixels[0], yuv.Pixels[16], yuv.Pixels[20]]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ToRgb24_OfFromRgb24_GivesGreyBackExactly(PixelFormat format, YuvMatrix matrix, YuvRange range)
    {
        // Limited range has 220 codes for 256 levels.
        var tolerance = range == YuvRange.Limited && format is PixelFormat.Nv12 or PixelFormat.I420 ? 1 : 0;
        for (var level = 0; level < 256; level += 5)
        {
            using var rgb = TestImages.Solid(4, 2, (byte)level, (byte)level, (byte)level);
            using var there = Frame.Rent(4, 2, format);
            using var back = Frame.Rent(4, 2, PixelFormat.Rgb24);
            PixelConversion.FromRgb24(rgb, there, new(matrix, range));
            PixelConversion.ToRgb24(there, back, new(matrix, range));
            Assert.All(back.Pixels.ToArray(), value => Assert.InRange(value - level, -tolerance, tolerance));
        }
    }

    [Fact]
    public void ToRgb24_OddSizes_OfFormatsWithoutChroma_Converts()
    {
        using var gray = TestImages.Random(7, 5, PixelFormat.Gray8, 1);
        using var rgb = Frame.Rent(7, 5, PixelFormat.Rgb24);
        PixelConversion.ToRgb24(gray, rgb, default);
        for (var index = 0; index < rgb.LengthBytes; index++)
        {
            Assert.Equal(gray.Pixels[index / 3], rgb.Pixels[index]);
        }
    }

    [Fact]
    public void ToRgb24_Bgr_SwapsRedAndBlue()
    {
        using var bgr = Frame.Rent(1, 1, PixelFormat.Bgr24);
        (bgr.Pixels[0], bgr.Pixels[1], bgr.Pixels[2]) = (1, 2, 3);
        using var rgb = Frame.Rent(1, 1, PixelFormat.Rgb24);
        PixelConversion.ToRgb24(bgr, rgb, default);
        Assert.Equal([3, 2, 1], rgb.Pixels.ToArray());
    }

    [Fact]
    public void Convert_SizesOrFormatsThatDoNotFit_AreRefused()
    {
        using var gray = Frame.Rent(4, 4, PixelFormat.Gray8);
        using var small = Frame.Rent(2, 4, PixelFormat.Rgb24);
        Assert.Contains("4x4 and 2x4",
            Assert.Throws<ArgumentException>(() => PixelConversion.ToRgb24(gray, small, default)).Message);
        Assert.Throws<ArgumentException>(() => PixelConversion.ToRgb24(gray, gray, default));
        using var yuv = Frame.Rent(4, 4, PixelFormat.Nv12);
        using var rgb = Frame.Rent(4, 4, PixelFormat.Rgb24);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            PixelConversion.ToRgb24(yuv, rgb, new((YuvMatrix)7, YuvRange.Full)));
    }

    private static (int Y, int U, int V) Sample(Frame frame, int x, int y)
    {
        var (width, size) = (frame.Width, frame.Width * frame.Height);
        var luma = frame.Pixels[(y * width) + x];
        if (frame.Format == PixelFormat.Nv12)
        {
            var start = size + (y / 2 * width) + (x / 2 * 2);
            return (luma, frame.Pixels[start], frame.Pixels[start + 1]);
        }

        var chroma = (y / 2 * (width / 2)) + (x / 2);
        return (luma, frame.Pixels[size + chroma], frame.Pixels[size + (size / 4) + chroma]);
    }
}
