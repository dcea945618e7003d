using EdgeRestore.Tiling;

namespace EdgeRestore.Tests.Tiling;

public sealed class TilePlanTests
{
    private const int Overlap = 32;
    private const int MaxPixels = 200 * 200;

    [Fact]
    public void Create_FrameWithinTheBudget_ReturnsOneTile()
    {
        var plan = TilePlan.Create(199, 201, MaxPixels, Overlap, 8);

        Assert.Equal((1, 199, 201), (plan.Count, plan.TileWidth, plan.TileHeight));
        Assert.Equal((0, 0), (plan.Left[0], plan.Top[0]));
    }

    [Theory]
    [InlineData(640, 480, 8)]
    [InlineData(641, 479, 8)]
    [InlineData(1001, 999, 16)]
    [InlineData(3000, 20, 8)]
    [InlineData(20, 3000, 1)]
    [InlineData(201, 200, 8)]
    [InlineData(4096, 2176, 32)]
    public void Create_LargeFrame_CoversItWithTilesThatOverlapAndKeepThePhase(int width, int height, int multiple)
    {
        var plan = TilePlan.Create(width, height, MaxPixels, Overlap, multiple);

        Assert.InRange(plan.TileWidth * plan.TileHeight, 1, MaxPixels);
        Assert.True(plan.Count > 1);
        Require(plan.Left, plan.TileWidth, width, multiple);
        Require(plan.Top, plan.TileHeight, height, multiple);
    }

    // Large multiples hide an overlap that is one short: rounding to them makes up for it.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Create_AnyLength_OverlapsByAllThatWasAsked(int multiple)
    {
        const int Height = 16;
        for (var length = 151; length <= 700; length++)
        {
            var plan = TilePlan.Create(length, Height, 150 * Height, Overlap, multiple);

            Require(plan.Left, plan.TileWidth, length, multiple);
        }
    }

    [Fact]
    public void Create_TilesOfAboutTheFrame_ComputesLittleMore()
    {
        var plan = TilePlan.Create(3840, 2160, 2048 * 1088, 128, 8);

        Assert.InRange(plan.ComputedPixels, 3840 * 2160, 3840 * 2160 * 5 / 4);
    }

    [Fact]
    public void Create_OverlapBeyondTheTiles_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => TilePlan.Create(1000, 1000, 60 * 60, Overlap, 8));

        Assert.Contains("1000x1000", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Allow larger tiles", exception.Message, StringComparison.Ordinal);
    }

    private static void Require(ReadOnlySpan<int> starts, int edge, int length, int multiple)
    {
        Assert.Equal(0, starts[0]);
        Assert.Equal(length, starts[^1] + edge);
        for (var index = 1; index < starts.Length; index++)
        {
            Assert.Equal(0, starts[index] % multiple);
            Assert.InRange(starts[index - 1] + edge - starts[index], Overlap, edge);

            // Of three in a row the first and the last do not meet: fading is between two.
            Assert.True(index < 2 || starts[index - 2] + edge <= starts[index]);
        }
    }
}
