using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

/// <summary>Frames beyond the budget of a run, against the same frames in one run.</summary>
public sealed class TilingTests
{
    // The least that is allowed: 362x362, so that small frames are tiled.
    private const int MaxTilePixels = 131_072;

    [Theory]
    [InlineData(640, 480)]
    [InlineData(701, 533)]
    [InlineData(1500, 100)]
    [InlineData(130, 1301)]
    public void NetworkOfNeighbourhoods_TiledIsWhole(int width, int height)
    {
        using var input = Textured(width, height);
        var package = TestPackage.Of(new TestNetwork.Blur(8));

        using var whole = Restore(package, input, new RestorerOptions { Device = "cpu" });
        using var tiled = Restore(
            package, input, new RestorerOptions { Device = "cpu", MaxTilePixels = MaxTilePixels });

        Assert.False(whole.Pixels.SequenceEqual(input.Pixels));
        Assert.Equal(0, LargestDifference(whole, tiled));
    }

    // Every pixel is moved by the mean of the whole frame, which no tile knows: its own may be 60 levels off.
    [Fact]
    public void NetworkOfWholeFrame_TiledHasItsMeansAndNoSeam()
    {
        const int width = 1000, height = 800;
        using var input = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var index = 0; index < input.LengthBytes; index++)
        {
            // Dark at the left, bright at the right.
            input.Pixels[index] = (byte)(40 + (index / 3 % width * 120 / width));
        }

        var package = TestPackage.Of(new TestNetwork.Centre());

        using var whole = Restore(package, input, new RestorerOptions { Device = "cpu" });
        using var tiled = Restore(
            package, input, new RestorerOptions { Device = "cpu", MaxTilePixels = MaxTilePixels });

        Assert.InRange(LargestDifference(whole, tiled), 0, 3);
        Assert.InRange(LargestStep(tiled), 0, LargestStep(whole) + 2);
    }

    [Fact]
    public void ValueThatIsNotFiniteInOneTile_PassesTheFrameThrough()
    {
        using var input = Textured(900, 700);
        input.Pixels.Slice(input.LengthBytes - 300, 3).Fill(255);
        using var loaded = new LoadedPackage(
            TestPackage.Of(new TestNetwork.NotANumberAtWhite()),
            new RestorerOptions { Device = "cpu", MaxTilePixels = MaxTilePixels });
        using var output = Frame.Rent(900, 700, PixelFormat.Rgb24);

        var result = loaded.Restorer.Restore(
            input, output, loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise)), 1, default);

        Assert.Equal((RestoreError.None, BypassReason.BadOutput), (result.Error, result.Bypass));
        Assert.True(output.Pixels.SequenceEqual(input.Pixels));
    }

    private static Frame Restore(TestPackage package, Frame input, RestorerOptions options)
    {
        using var loaded = new LoadedPackage(package, options);
        var output = Frame.Rent(input.Width, input.Height, PixelFormat.Rgb24);
        var result = loaded.Restorer.Restore(
            input, output, loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise)), 1, default);
        Assert.Equal((RestoreError.None, null), (result.Error, result.Detail));
        return output;
    }

    private static Frame Textured(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        new Random(1).NextBytes(frame.Pixels);
        foreach (ref var value in frame.Pixels)
        {
            // 255 is not a number to one of the test networks.
            value = Math.Min(value, (byte)254);
        }

        return frame;
    }

    private static int LargestDifference(Frame one, Frame other)
    {
        var most = 0;
        for (var index = 0; index < one.LengthBytes; index++)
        {
            most = Math.Max(most, Math.Abs(one.Pixels[index] - other.Pixels[index]));
        }

        return most;
    }

    /// <summary>Between horizontal neighbours.</summary>
    private static int LargestStep(Frame frame)
    {
        var most = 0;
        for (var index = 3; index < frame.LengthBytes; index++)
        {
            if (index / 3 % frame.Width != 0)
            {
                most = Math.Max(most, Math.Abs(frame.Pixels[index] - frame.Pixels[index - 3]));
            }
        }

        return most;
    }
}
