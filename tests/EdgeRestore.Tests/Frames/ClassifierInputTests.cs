using EdgeRestore.Frames;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Tests.Frames;

public sealed class ClassifierInputTests
{
    private readonly byte[] _thumbnail = new byte[ClassifierInput.ThumbnailLengthBytes];
    private readonly byte[] _crops = new byte[ClassifierInput.CropsLengthBytes];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 300)]
    [InlineData(128, 128)]
    [InlineData(200, 129)]
    [InlineData(511, 383)]
    public void Fill_AnySize_ThumbnailIsAreaAverage(int width, int height)
    {
        using var frame = TestImages.Random(width, height, PixelFormat.Rgb24, 3);
        new ClassifierInput().Fill(frame, _thumbnail, _crops);
        for (var row = 0; row < 128; row += 7)
        {
            for (var column = 0; column < 128; column += 5)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var expected = Average(frame, column, row, channel);
                    Assert.InRange(_thumbnail[(((row * 128) + column) * 3) + channel] - expected, -0.51, 0.51);
                }
            }
        }
    }

    [Fact]
    public void Fill_LargeFrame_CropsAreCentredOnTheQuadrants()
    {
        using var frame = TestImages.Random(640, 480, PixelFormat.Rgb24, 3);
        new ClassifierInput().Fill(frame, _thumbnail, _crops);
        AssertPatch(frame, 0, 0, 160 - 48, 120 - 48);
        AssertPatch(frame, 96, 0, 480 - 48, 120 - 48);
        AssertPatch(frame, 0, 96, 160 - 48, 360 - 48);
        AssertPatch(frame, 96, 96, 480 - 48, 360 - 48);
    }

    [Fact]
    public void Fill_AnyFrame_CropsBeginAtABlockOfJpeg()
    {
        using var frame = TestImages.Random(651, 507, PixelFormat.Rgb24, 3);
        new ClassifierInput().Fill(frame, _thumbnail, _crops);
        AssertPatch(frame, 0, 0, 112, 72);
        AssertPatch(frame, 96, 96, 440, 328);
    }

    [Fact]
    public void Fill_SmallestUnmirroredFrame_CropsAreTheFrame()
    {
        using var frame = TestImages.Random(192, 192, PixelFormat.Rgb24, 3);
        new ClassifierInput().Fill(frame, _thumbnail, _crops);
        Assert.True(frame.Pixels.SequenceEqual(_crops));
    }

    [Theory]
    [InlineData(1, -1, -1)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 1, -1)]
    [InlineData(4, -1, 1)]
    public void Fill_OtherView_PatchesLieInTheCornersOfTheQuadrants(int view, int moveX, int moveY)
    {
        // Quadrants of 320x240: 112 and 72 pixels between a patch in the middle and its quadrant's edges.
        using var frame = TestImages.Random(640, 480, PixelFormat.Rgb24, 3);
        using var mirrored = TestImages.Random(640, 480, PixelFormat.Rgb24, 3);
        Mirroring.ReverseRows(mirrored.Pixels, 640);
        new ClassifierInput().Fill(frame, _thumbnail, _crops, view);
        for (var patch = 0; patch < 4; patch++)
        {
            var (column, row) = (patch % 2, patch / 2);
            var left = 112 + (320 * column) + (112 * moveX);
            var top = 72 + (240 * row) + (72 * moveY);
            if (view % 2 == 0)
            {
                AssertPatch(frame, 96 * column, 96 * row, left, top);
            }
            else
            {
                AssertPatch(mirrored, 96 * (1 - column), 96 * row, 640 - 96 - left, top);
            }
        }
    }

    [Fact]
    public void Fill_MirroredView_ThumbnailIsMirrored()
    {
        using var frame = TestImages.Random(301, 200, PixelFormat.Rgb24, 3);
        new ClassifierInput().Fill(frame, _thumbnail, _crops);
        var expected = _thumbnail.ToArray();
        Mirroring.ReverseRows(expected, 128);
        new ClassifierInput().Fill(frame, _thumbnail, _crops, 3);
        Assert.Equal(expected, _thumbnail);
    }

    [Fact]
    public void FillNext_AllViews_AreWhatFillGives()
    {
        using var frame = TestImages.Random(301, 200, PixelFormat.Rgb24, 3);
        var (thumbnail, crops) = (new byte[_thumbnail.Length], new byte[_crops.Length]);
        new ClassifierInput().Fill(frame, thumbnail, crops);
        for (var view = 1; view < ClassifierInput.ViewCount; view++)
        {
            ClassifierInput.FillNext(frame, thumbnail, crops, view);
            new ClassifierInput().Fill(frame, _thumbnail, _crops, view);

            Assert.Equal(_thumbnail, thumbnail);
            Assert.Equal(_crops, crops);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void Fill_UnknownView_Throws(int view)
    {
        using var frame = TestImages.Random(64, 64, PixelFormat.Rgb24, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassifierInput().Fill(frame, _thumbnail, _crops, view));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(100, 190)]
    public void Fill_SmallFrame_CropsAreMirrored(int width, int height)
    {
        using var frame = TestImages.Random(width, height, PixelFormat.Rgb24, 3);
        new ClassifierInput().Fill(frame, _thumbnail, _crops);
        for (var y = 0; y < 192; y++)
        {
            for (var x = 0; x < 192; x++)
            {
                var sourceX = Fold((((x < 96 ? width / 4 : 3 * width / 4) - 48) & ~7) + (x % 96), width);
                var sourceY = Fold((((y < 96 ? height / 4 : 3 * height / 4) - 48) & ~7) + (y % 96), height);
                Assert.Equal(frame.Pixels[((sourceY * width) + sourceX) * 3], _crops[((y * 192) + x) * 3]);
            }
        }
    }

    [Fact]
    public void Fill_AfterFirstCall_AllocatesNothing()
    {
        using var frame = TestImages.Random(333, 222, PixelFormat.Rgb24, 3);
        var input = new ClassifierInput();

        Assert.Equal(0, AllocationMeter.LeastBytes(() => input.Fill(frame, _thumbnail, _crops), frameCount: 10));
    }

    [Fact]
    public void Fill_OtherFormatOrLength_IsRefused()
    {
        using var gray = Frame.Rent(200, 200, PixelFormat.Gray8);
        using var rgb = TestImages.Scene(8, 8);
        var input = new ClassifierInput();
        Assert.Throws<ArgumentException>(() => input.Fill(gray, _thumbnail, _crops));
        Assert.Throws<ArgumentOutOfRangeException>(() => input.Fill(rgb, _thumbnail.AsSpan(1), _crops));
    }

    private void AssertPatch(Frame frame, int left, int top, int sourceLeft, int sourceTop)
    {
        for (var y = 0; y < 96; y++)
        {
            var expected = frame.Pixels.Slice((((sourceTop + y) * frame.Width) + sourceLeft) * 3, 96 * 3);
            Assert.True(expected.SequenceEqual(_crops.AsSpan((((top + y) * 192) + left) * 3, 96 * 3)));
        }
    }

    private static double Average(Frame frame, int column, int row, int channel)
    {
        double left = column * frame.Width / 128.0, right = (column + 1) * frame.Width / 128.0;
        double top = row * frame.Height / 128.0, bottom = (row + 1) * frame.Height / 128.0;
        double sum = 0, area = 0;
        for (var y = (int)top; y < bottom; y++)
        {
            for (var x = (int)left; x < right; x++)
            {
                var weight = (Math.Min(right, x + 1) - Math.Max(left, x))
                    * (Math.Min(bottom, y + 1) - Math.Max(top, y));
                sum += weight * frame.Pixels[(((y * frame.Width) + x) * 3) + channel];
                area += weight;
            }
        }

        return sum / area;
    }

    private static int Fold(int index, int length)
    {
        while (length > 1 && (index < 0 || index >= length))
        {
            index = index < 0 ? -index : (2 * (length - 1)) - index;
        }

        return length == 1 ? 0 : index;
    }
}
