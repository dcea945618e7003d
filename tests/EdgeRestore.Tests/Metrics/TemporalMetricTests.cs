using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Tests.Metrics;

/// <summary>Warping error, flicker and the flow they rest on, over motions that are known.</summary>
public sealed class TemporalMetricTests
{
    [Theory]
    [InlineData(3, -2)]
    [InlineData(-11, 7)]
    [InlineData(0, 0)]
    public void Estimate_WholeFrameMoves_FindsTheMotion(int x, int y)
    {
        using var scene = Texture(160, 128);
        using var before = Window(scene, 24, 24);
        using var after = Window(scene, 24 - x, 24 - y);

        var flow = BlockMatching.EstimateChecked(before, after);

        var inner = Inner(flow, 24).Where(index => flow.IsValid[index]).ToList();
        Assert.True(inner.Count > 0.95 * Inner(flow, 24).Count(), $"{inner.Count} valid");
        Assert.All(inner, index => Assert.True(
            Math.Abs(flow.X[index] - x) <= 0.25 && Math.Abs(flow.Y[index] - y) <= 0.25,
            $"({flow.X[index]}, {flow.Y[index]}) at {index % flow.Width}, {index / flow.Width}"));
    }

    [Fact]
    public void EstimateChecked_SquareBeforeBackground_LeavesOutWhatItHides()
    {
        using var before = Texture(128, 96);
        using var after = Texture(128, 96);
        Paste(before, 28, 28);
        Paste(after, 40, 28);

        var flow = BlockMatching.EstimateChecked(before, after);

        // In the middle of the square of 40 its motion; what it covers next, right of it, is unknown; far away nothing
        // moves.
        Assert.Equal(12, flow.X[(48 * 128) + 48], 0.25);
        Assert.DoesNotContain(true, Enumerable.Range(36, 24).Select(y => flow.IsValid[(y * 128) + 73]));
        Assert.True(flow.IsValid[(48 * 128) + 112]);
        Assert.Equal(0, flow.X[(48 * 128) + 112], 0.1);
    }

    [Fact]
    public void WarpingError_CameraPans_IsZeroOfTheSceneAndTheVarianceOfWhatIsAdded()
    {
        using var scene = Texture(160, 128);
        using var before = Window(scene, 20, 20);
        using var after = Window(scene, 24, 17);
        var flow = FlowField.Uniform(96, 64, -4, 3);

        Assert.Equal(0, WarpingError.Compute(before, after, flow));

        // Four levels brighter everywhere.
        foreach (ref var value in after.Pixels)
        {
            value += 4;
        }

        Assert.Equal(Math.Pow(4 / 255.0, 2), WarpingError.Compute(before, after, flow), 1e-12);
    }

    [Fact]
    public void WarpingError_HalfAPixel_IsThatOfTheMeanOfNeighbours()
    {
        using var before = Frame.Rent(3, 1, PixelFormat.Rgb24);
        using var after = Frame.Rent(3, 1, PixelFormat.Rgb24);
        before.Pixels.Clear();
        for (var index = 0; index < 9; index++)
        {
            after.Pixels[index] = (byte)(index / 3 * 100);
        }

        // At half a pixel right: 50 and 150; the third lies outside.
        var error = WarpingError.Compute(before, after, FlowField.Uniform(3, 1, 0.5f, 0));

        Assert.Equal(((50 * 50) + (150 * 150)) / 2.0 / (255 * 255), error, 1e-12);
        Assert.Equal(double.NaN, WarpingError.Compute(before, after, FlowField.Uniform(3, 1, 9, 0)));
    }

    [Fact]
    public void Flicker_OutputChangesHalfAsMuch_IsAHalf_AndWhatMovesDoesNotCount()
    {
        using var before = Grey(32, 32, _ => 100);
        using var after = Grey(32, 32, index => index < 512 ? 101 : 180);
        using var restoredBefore = Grey(32, 32, _ => 100);
        using var restoredAfter = Grey(32, 32, index => index < 256 ? 101 : 100);
        var flicker = new Flicker();

        flicker.Add((before, after), (restoredBefore, restoredAfter));

        Assert.Equal(1, flicker.InputLevels);
        Assert.Equal(0.5, flicker.OutputLevels);
        Assert.Equal(0.5, flicker.Ratio);
    }

    [Fact]
    public void Flicker_OfNoise_CountsWhatTheNoiseExplains()
    {
        var prng = new Prng(5);
        using var before = Grey(64, 64, _ => 128 + (10 * prng.NextGaussian()));
        using var after = Grey(64, 64, _ => 128 + (10 * prng.NextGaussian()));
        using var calm = Grey(64, 64, _ => 128);
        var flicker = new Flicker();

        flicker.Add((before, after), (calm, calm));

        // Differences have 10 * sqrt(2) and are cut at 20: their mean size is 7.99 * ... of a half normal, above 6.
        Assert.InRange(flicker.InputLevels, 6, 12);
        Assert.Equal(0, flicker.Ratio);
    }

    [Fact]
    public void Jumps_SlowSlope_IsNone_AndAJumpingOneIsItsSize()
    {
        Assert.Equal(0, Flicker.Jumps([.. Enumerable.Range(0, 100).Select(index => index * 0.5)], 25), 1e-9);

        var jumping = Flicker.Jumps([.. Enumerable.Range(0, 100).Select(index => index % 2 == 0 ? 1.0 : -1.0)], 25);

        Assert.Equal(1, jumping, 0.1);
    }

    private static IEnumerable<int> Inner(FlowField flow, int margin) =>
        from y in Enumerable.Range(margin, flow.Height - (2 * margin))
        from x in Enumerable.Range(margin, flow.Width - (2 * margin))
        select (y * flow.Width) + x;

    // Smooth enough to match between pixels, and nowhere like itself: random levels every sixth pixel, linear between.
    private static Frame Texture(int width, int height)
    {
        var prng = new Prng(11);
        var (columns, rows) = ((width / 6) + 2, (height / 6) + 2);
        var levels = Enumerable.Range(0, columns * rows).Select(_ => prng.NextDouble(20, 235)).ToArray();
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (left, top, across, down) = (x / 6, y / 6, x % 6 / 6.0, y % 6 / 6.0);
                double At(int column, int row) => levels[(row * columns) + column];
                var upper = At(left, top) + (across * (At(left + 1, top) - At(left, top)));
                var lower = At(left, top + 1) + (across * (At(left + 1, top + 1) - At(left, top + 1)));
                frame.Pixels.Slice(((y * width) + x) * 3, 3).Fill((byte)(upper + (down * (lower - upper))));
            }
        }

        return frame;
    }

    private static Frame Window(Frame scene, int left, int top)
    {
        var window = Frame.Rent(96, 64, PixelFormat.Rgb24);
        for (var y = 0; y < window.Height; y++)
        {
            scene.Pixels.Slice((((top + y) * scene.Width) + left) * 3, window.Width * 3)
                .CopyTo(window.Pixels[(y * window.Width * 3)..]);
        }

        return window;
    }

    // A square of 40 with another texture.
    private static void Paste(Frame frame, int left, int top)
    {
        using var other = Texture(200, 200);
        for (var y = 0; y < 40; y++)
        {
            other.Pixels.Slice((((150 + y) * 200) + 150) * 3, 40 * 3)
                .CopyTo(frame.Pixels[((((top + y) * frame.Width) + left) * 3)..]);
        }
    }

    private static Frame Grey(int width, int height, Func<int, double> level)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var index = 0; index < width * height; index++)
        {
            frame.Pixels.Slice(index * 3, 3).Fill((byte)Math.Clamp(Math.Round(level(index)), 0, 255));
        }

        return frame;
    }
}
