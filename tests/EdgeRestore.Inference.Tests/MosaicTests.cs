using EdgeRestore.Frames;
using EdgeRestore.Inference.Tiling;

namespace EdgeRestore.Inference.Tests;

public sealed class MosaicTests
{
    [Theory]
    [InlineData(200, 100, 200, 100)]
    [InlineData(400, 300, 96, 64)]
    [InlineData(401, 299, 97, 67)]
    [InlineData(300, 40, 120, 40)]
    public void Fill_AnyFrame_TakesPatchesInOrderFromEdgeToEdge(int width, int height, int tileWidth, int tileHeight)
    {
        using var frame = Coordinates(width, height);
        using var tile = Frame.Rent(tileWidth, tileHeight, PixelFormat.Rgb24);

        Mosaic.Fill(frame, tile);

        Assert.Equal((0, 0), At(tile, 0, 0));
        Assert.Equal((width - 1, height - 1), At(tile, tileWidth - 1, tileHeight - 1));
        for (var y = 0; y < tileHeight; y++)
        {
            for (var x = 0; x < tileWidth; x++)
            {
                var (sourceX, sourceY) = At(tile, x, y);

                // Never back, and inside a patch of 32 the next pixel is the next one.
                Assert.True(x == 0 || sourceX > At(tile, x - 1, y).X);
                Assert.True(x % 32 == 0 || sourceX == At(tile, x - 1, y).X + 1);
                Assert.True(y == 0 || sourceY > At(tile, x, y - 1).Y);
                Assert.True(y % 32 == 0 || sourceY == At(tile, x, y - 1).Y + 1);

                // Blocks of 8x8 stay blocks, but in the last patch, which ends with the frame.
                Assert.True(x / 32 == (tileWidth - 1) / 32 || sourceX % 8 == x % 8);
            }
        }
    }

    [Fact]
    public void Fill_TileOfTheFramesSize_IsTheFrame()
    {
        using var frame = Coordinates(100, 70);
        using var tile = Frame.Rent(100, 70, PixelFormat.Rgb24);

        Mosaic.Fill(frame, tile);

        Assert.True(frame.Pixels.SequenceEqual(tile.Pixels));
    }

    // Where a pixel is, in its levels: x and y up to 511, their high bits in blue.
    private static Frame Coordinates(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = frame.Pixels.Slice(((y * width) + x) * 3, 3);
                (pixel[0], pixel[1], pixel[2]) = ((byte)x, (byte)y, (byte)((x >> 8) | ((y >> 8) << 4)));
            }
        }

        return frame;
    }

    private static (int X, int Y) At(Frame frame, int x, int y)
    {
        var pixel = frame.Pixels.Slice(((y * frame.Width) + x) * 3, 3);
        return (pixel[0] | ((pixel[2] & 15) << 8), pixel[1] | ((pixel[2] >> 4) << 8));
    }
}
