namespace EdgeRestore.Frames;

/// <summary>Where a pixel beyond the edge of an image is taken from.</summary>
internal static class Mirroring
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
}
