namespace EdgeRestore.Networks.Imports;

/// <summary>Text out of a file in messages.</summary>
internal static class ShownText
{
    // Longer names are hostile; they are cut in messages, not refused.
    private const int MaxLength = 80;

    /// <summary>Short, and without what a terminal would obey.</summary>
    public static string Shown(this string text)
    {
        var shown = (text.Length > MaxLength ? text[..MaxLength] + "..." : text).ToCharArray();
        foreach (ref var character in shown.AsSpan())
        {
            character = char.IsControl(character) || char.IsSurrogate(character) ? '?' : character;
        }

        return new(shown);
    }
}
