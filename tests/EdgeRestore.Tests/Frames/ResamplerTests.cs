using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Frames;

public sealed class ResamplerTests
{
    [Theory]
    [InlineData(40, 30, 13, 7)]
    [InlineData(7, 5, 31, 22)]
    [InlineData(1, 1, 9, 9)]
    [InlineData(50, 50, 1, 1)]
    public void Resize_FlatImage_StaysExactlyFlat(int width, int height, int newWidth, int newHeight)
    {
        using var flat = TestImages.Solid(width, height, 255, 128, 1);
        using var resized = Resampler.Resize(flat, newWidth, newHeight);
        Assert.Equal((newWidth, newHeight), (resized.Width, resized.Height));
        for (var index = 0; index < resized.LengthBytes; index++)
        {
            Assert.Equal(flat.Pixels[index % 3], resized.Pixels[index]);
        }
    }

    [Fact]
    public void Resize_SameSize_IsIdentity()
    {
        using var image = TestImages.Random(23, 19, PixelFormat.Rgb24, 2);
        using var resized = Resampler.Resize(image, 23, 19);
        Assert.True(image.Pixels.SequenceEqual(resized.Pixels));
    }

    [Fact]
    public void Resize_Shrinking_MatchesDirectLanczosSum()
    {
        using var image = TestImages.Random(60, 45, PixelFormat.Rgb24, 2);
        using var resized = Resampler.Resize(image, 24, 17);
        for (var y = 0; y < 17; y++)
        {
            for (var x = 0; x < 24; x++)
            {
                double sum = 0, weights = 0;
                for (var sourceY = 0; sourceY < 45; sourceY++)
                {
                    for (var sourceX = 0; sourceX < 60; sourceX++)
                    {
                        var weight = Lanczos((sourceX + 0.5 - ((x + 0.5) * 60 / 24)) * 24 / 60)
                            * Lanczos((sourceY + 0.5 - ((y + 0.5) * 45 / 17)) * 17 / 45);
                        sum += weight * image.Pixels[((sourceY * 60) + sourceX) * 3];
                        weights += weight;
                    }
                }

                // Rounding and clipping between the passes cost up to one level.
                Assert.InRange(resized.Pixels[((y * 24) + x) * 3] - Math.Clamp(sum / weights, 0, 255), -1.6, 1.6);
            }
        }
    }

    [Fact]
    public void Resize_OtherFormat_IsRefused()
    {
        using var gray = Frame.Rent(4, 4, PixelFormat.Gray8);
        Assert.Throws<ArgumentException>(() => Resampler.Resize(gray, 2, 2));
    }

    private static double Lanczos(double x) =>
        x == 0 ? 1 : Math.Abs(x) >= 3 ? 0
            : 3 * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / 3) / (Math.PI * Math.PI * x * x);
}
