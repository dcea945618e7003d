using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Tiling;
using EdgeRestore.Metrics;
using EdgeRestore.Packages;
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
    public void NetworkThatMeasuresTheWholeFrame_TiledIsWhole()
    {
        using var input = DarkToBright(1000, 800);
        var package = TestPackage.Of(new TestNetwork.Centre());

        using var whole = Restore(package, input, new RestorerOptions { Device = "cpu" });
        using var tiled = Restore(
            package, input, new RestorerOptions { Device = "cpu", MaxTilePixels = MaxTilePixels });

        Assert.InRange(LargestDifference(whole, tiled), 0, 1);
        Assert.InRange(LargestStep(tiled), 0, LargestStep(whole) + 1);
    }

    [Fact]
    public void NetworkThatCannotBeCut_TiledHasTheMeansOfWholeAndNoSeam()
    {
        using var input = DarkToBright(1000, 800);
        var package = TestPackage.Of(new TestNetwork.CentreByProduct());

        using var whole = Restore(package, input, new RestorerOptions { Device = "cpu" });
        using var tiled = Restore(
            package, input, new RestorerOptions { Device = "cpu", MaxTilePixels = MaxTilePixels });

        Assert.InRange(LargestDifference(whole, tiled), 0, 3);
        Assert.InRange(LargestStep(tiled), 0, LargestStep(whole) + 2);
    }

    // Eight attention matrices, mean and maximum in each of two skips.
    [Theory]
    [InlineData("rain.onnx")]
    [InlineData("rain.int8-cpu.onnx")]
    [InlineData("rain.fp16-cuda.onnx")]
    public void DefaultPackage_IsCutAtTwelveStatistics(string file)
    {
        var path = Path.Combine(Checkout.Root, "deploy/models/edgerestore-default", file);
        using var engine = Engine.Build(
            new EngineName("", file, "", "cpu", ""), path, ExecutionProvider.Cpu, threads: 2);
        using var slot = new EngineSlot();

        var (reach, statistics) = engine.Look(slot);

        Assert.Equal(EngineReach.WholeFrame, reach);
        Assert.Equal(12, statistics!.Applying.Takes!.Values.Length);
        Assert.Same(statistics.Applying.Takes, statistics.Measuring.Gives);
    }

    // The statistics come from a mosaic of the frame.
    [Theory]
    [InlineData("fp32")]
    [InlineData("int8")]
    public void DefaultPackage_TiledIsNearWhole(string precision)
    {
        using var input = DarkToBright(700, 540);
        var noise = new Random(2);
        foreach (ref var value in input.Pixels)
        {
            value = (byte)Math.Clamp(value + noise.Next(-40, 41), 0, 255);
        }

        var package = ModelPackage.Open(Path.Combine(Checkout.Root, "deploy/models/edgerestore-default"));
        var options = new RestorerOptions { Device = "cpu", Precision = precision };

        using var whole = Restore(package, input, options, Degradation.LowLight);
        using var tiled = Restore(package, input, options with { MaxTilePixels = MaxTilePixels }, Degradation.LowLight);

        Assert.InRange(Psnr.Compute(whole, tiled), 38, 60);
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
        return Restore(loaded.Restorer, input, Degradation.Noise);
    }

    private static Frame Restore(ModelPackage package, Frame input, RestorerOptions options, Degradation route)
    {
        using var restorer = Restorer.Load(package, options);
        return Restore(restorer, input, route);
    }

    private static Frame Restore(Restorer restorer, Frame input, Degradation route)
    {
        var output = Frame.Rent(input.Width, input.Height, PixelFormat.Rgb24);
        var result = restorer.Restore(input, output, restorer.CreateRouter(LoadedPackage.Fixed(route)), 1, default);
        Assert.Equal((RestoreError.None, null), (result.Error, result.Detail));
        return output;
    }

    private static Frame DarkToBright(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var index = 0; index < frame.LengthBytes; index++)
        {
            frame.Pixels[index] = (byte)(40 + (index / 3 % width * 120 / width));
        }

        return frame;
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
