namespace EdgeRestore.Tiling;

/// <summary>How a frame is cut into overlapping tiles of one size, so that one engine shape serves all.
/// Immutable.</summary>
/// <remarks>
/// Tiles begin at multiples of the network's size multiple and the last ones end with the frame: every pixel is at the
/// same phase of the network's grid as in the whole frame, and the frame's own borders are padded as they would be
/// there.
/// </remarks>
public sealed class TilePlan
{
    private readonly int[] _left;
    private readonly int[] _top;

    private TilePlan(int width, int height, int[] left, int[] top)
    {
        TileWidth = width;
        TileHeight = height;
        _left = left;
        _top = top;
    }

    public int TileWidth { get; }

    public int TileHeight { get; }

    /// <summary>Left edges of the columns, pixels.</summary>
    public ReadOnlySpan<int> Left => _left;

    /// <summary>Top edges of the rows, pixels.</summary>
    public ReadOnlySpan<int> Top => _top;

    public int Count => _left.Length * _top.Length;

    /// <summary>Plans the fewest computed pixels within a budget.</summary>
    /// <param name="width">Of the frame.</param>
    /// <param name="height">Of the frame.</param>
    /// <param name="maxTilePixels">Of one tile.</param>
    /// <param name="overlapPixels">What neighbours share at least.</param>
    /// <param name="multiple">The network's size multiple.</param>
    /// <exception cref="ArgumentException">Tiles of that many pixels cannot overlap so far.</exception>
    public static TilePlan Create(int width, int height, int maxTilePixels, int overlapPixels, int multiple)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(overlapPixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiple, 1);
        TilePlan? best = null;
        for (var columns = 1; FindEdge(width, columns, overlapPixels, multiple) is { } tileWidth; columns++)
        {
            for (var rows = 1; FindEdge(height, rows, overlapPixels, multiple) is { } tileHeight; rows++)
            {
                if ((long)tileWidth * tileHeight > maxTilePixels)
                {
                    continue;
                }

                if (best is null || (long)columns * rows * tileWidth * tileHeight < best.ComputedPixels)
                {
                    best = new TilePlan(
                        tileWidth, tileHeight, Place(width, tileWidth, columns, multiple),
                        Place(height, tileHeight, rows, multiple));
                }

                // More rows of the same columns compute more.
                break;
            }
        }

        return best ?? throw new ArgumentException(
            $"A frame of {width}x{height} cannot be cut into tiles of {maxTilePixels} pixels that overlap by "
            + $"{overlapPixels}. Allow larger tiles.");
    }

    /// <summary>Pixels of all tiles together.</summary>
    public long ComputedPixels => (long)Count * TileWidth * TileHeight;

    // The length of one tile when so many share a side; null when they would be so short that three overlapped.
    private static int? FindEdge(int length, int count, int overlap, int multiple)
    {
        if (count == 1)
        {
            return length;
        }

        // Left edges are rounded down to the multiple, which a tile makes up for.
        var edge = ((length + ((count - 1) * overlap) + count - 1) / count) + multiple - 1;

        // As far behind a multiple as the frame's own end.
        edge += (((length - edge) % multiple) + multiple) % multiple;
        return edge < length && edge > 2 * (overlap + multiple) ? edge : null;
    }

    private static int[] Place(int length, int edge, int count, int multiple) =>
    [
        .. Enumerable.Range(0, count).Select(index => count == 1
            ? 0
            : (int)((long)index * (length - edge) / (count - 1) / multiple) * multiple),
    ];
}
