using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>
/// Optical flow by matching blocks: three levels of resolution, windows of 16x16 around every eighth pixel, sums of
/// absolute differences of luma, quarter-pixel steps; vectors are median-filtered and interpolated between blocks.
/// </summary>
/// <remarks>
/// Finds motions of up to 24 pixels from one frame to the next. It is here to judge results by motion that no result
/// had a say in, with <see cref="FlowField.Restrict"/> leaving out what it cannot know; motion inside a block, such as
/// of thin things before a far background, it does not resolve.
/// </remarks>
public static class BlockMatching
{
    private const int LevelCount = 3;
    private const int Step = 8;

    // Half a window: 16 pixels of the frame at the finest level; 32 at the coarsest, where what is smaller is lost.
    private const int Reach = 8;
    private const int CoarseReach = 4;

    private const int CoarseSearch = 6;

    // Mean difference that a vector must win per pixel away from its predictor, so that flat places follow others.
    private const float Smoothness = 0.1f;

    /// <summary>The motion from one frame to the next, every pixel valid.</summary>
    /// <param name="from">Rgb24.</param>
    /// <param name="to">Rgb24 of the same size.</param>
    public static FlowField Estimate(Frame from, Frame to)
    {
        MetricFrames.Require(from, to);
        var (first, second) = (Pyramid(from), Pyramid(to));
        BlockVectors? vectors = null;
        for (var level = LevelCount - 1; level >= 0; level--)
        {
            vectors = Match(first[level], second[level], vectors, isFinest: level == 0);
        }

        return vectors!.Median().ToFlow(from.Width, from.Height, Step);
    }

    /// <summary>As <see cref="Estimate"/>, with what is hidden or uncertain marked by the flow back.</summary>
    public static FlowField EstimateChecked(Frame from, Frame to)
    {
        var flow = Estimate(from, to);
        flow.Restrict(Estimate(to, from));
        return flow;
    }

    private static BlockVectors Match(Luma from, Luma to, BlockVectors? coarser, bool isFinest)
    {
        var vectors = new BlockVectors((from.Width + Step - 1) / Step, (from.Height + Step - 1) / Step);
        for (var row = 0; row < vectors.Rows; row++)
        {
            for (var column = 0; column < vectors.Columns; column++)
            {
                var block = new Block(
                    from, to, (column * Step) + (Step / 2), (row * Step) + (Step / 2), isFinest ? Reach : CoarseReach);
                vectors[column, row] = coarser is null
                    ? block.Search((0, 0), CoarseSearch)
                    : Refine(block, coarser, column, row, isFinest);
            }
        }

        return vectors;
    }

    // The vectors of the block's own place and of its neighbours, a level coarser, and no motion: the best of them,
    // then the places around it.
    private static (float X, float Y) Refine(Block block, BlockVectors coarser, int column, int row, bool isFinest)
    {
        var own = Twice(coarser.Clamped(column / 2, row / 2));
        var best = own;
        foreach (var (x, y) in ((int, int)[])[(-1, 0), (1, 0), (0, -1), (0, 1)])
        {
            best = block.Better(best, Twice(coarser.Clamped((column / 2) + x, (row / 2) + y)), own);
        }

        best = block.Search(block.Better(best, (0, 0), own), 1);
        return isFinest ? block.Search(block.Search(best, 1, 0.5f), 1, 0.25f) : best;

        static (float X, float Y) Twice((float X, float Y) vector) => (2 * vector.X, 2 * vector.Y);
    }

    // Level 0 is the frame, smoothed a little so that noise decides less; each further one is half of the one before.
    private static Luma[] Pyramid(Frame frame)
    {
        var levels = new Luma[LevelCount];
        levels[0] = Luma.Of(frame).Smoothed();
        for (var level = 1; level < LevelCount; level++)
        {
            levels[level] = levels[level - 1].Halved();
        }

        return levels;
    }

    private readonly struct Block(Luma from, Luma to, int x, int y, int reach)
    {
        public (float X, float Y) Better(
            (float X, float Y) best, (float X, float Y) other, (float X, float Y) predictor) =>
            Cost(other, predictor) < Cost(best, predictor) ? other : best;

        /// <summary>The best vector of the square of steps around a start.</summary>
        public (float X, float Y) Search((float X, float Y) start, int radius, float step = 1)
        {
            var (best, lowest) = (start, Cost(start, start));
            for (var down = -radius; down <= radius; down++)
            {
                for (var across = -radius; across <= radius; across++)
                {
                    var vector = (X: start.X + (across * step), Y: start.Y + (down * step));
                    var cost = Cost(vector, start);
                    if (cost < lowest)
                    {
                        (best, lowest) = (vector, cost);
                    }
                }
            }

            return best;
        }

        private float Cost((float X, float Y) vector, (float X, float Y) predictor)
        {
            var sum = 4 * reach * reach * Smoothness
                * (MathF.Abs(vector.X - predictor.X) + MathF.Abs(vector.Y - predictor.Y));
            var isWhole = vector.X == MathF.Floor(vector.X) && vector.Y == MathF.Floor(vector.Y);
            for (var down = -reach; down < reach; down++)
            {
                for (var across = -reach; across < reach; across++)
                {
                    var (column, row) = (x + across, y + down);
                    sum += MathF.Abs(from.At(column, row) - (isWhole
                        ? to.At(column + (int)vector.X, row + (int)vector.Y)
                        : to.Between(column + vector.X, row + vector.Y)));
                }
            }

            return sum;
        }
    }
}
