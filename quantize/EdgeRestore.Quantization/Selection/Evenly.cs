namespace EdgeRestore.Quantization.Selection;

internal static class Evenly
{
    /// <summary>At most so many of a list, from its whole length, in its order.</summary>
    public static List<T> Take<T>(IReadOnlyList<T> list, int count) => list.Count <= count
        ? [.. list]
        : [.. Enumerable.Range(0, count).Select(index => list[(int)((long)index * list.Count / count)])];
}
