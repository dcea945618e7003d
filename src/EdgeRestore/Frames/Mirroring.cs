namespace EdgeRestore.Frames;

/// <summary>Where a pixel beyond the edge of an image is taken from, and images left to right.</summary>
public static class Mirroring
{
    /// <summary>Mirrors an index into [0, length) without repeating the edge, as often as needed.</summary>
    public static int Fold(int index, int length)
    {
        if ((uint)index < (uint)length || length == 1)
        {
            return length == 1 ? 0 : index;
        }

        var period = 2 * (length - 1);
        var folded = ((index % period) + period) % period;
        return folded < length ? folded : period - folded;
    }

    /// <summary>Mirrors an image left to right, in place.</summary>
    /// <param name="rgb">Rows of <paramref name="width"/> pixels of three bytes, nothing between them.</param>
    /// <param name="width">In pixels.</param>
    public static void ReverseRows(Span<byte> rgb, int width)
    {
        for (var row = rgb; !row.IsEmpty; row = row[(width * 3)..])
        {
            for (int left = 0, right = (width - 1) * 3; left < right; left += 3, right -= 3)
            {
                (row[left], row[right]) = (row[right], row[left]);
                (row[left + 1], row[right + 1]) = (row[right + 1], row[left + 1]);
                (row[left + 2], row[right + 2]) = (row[right + 2], row[left + 2]);
            }
        }
    }
}
