namespace EdgeRestore.Photographs;

/// <summary>What a photograph of the list is for.</summary>
public enum PhotographSet
{
    /// <summary>Networks may see it.</summary>
    Train,

    /// <summary>Only judged on; its package holds no training photograph.</summary>
    HeldOut,
}

/// <summary>
/// One photograph of the list: where it comes from, under which licence, and how far it is scaled down.
/// </summary>
/// <param name="Set">Training or held out.</param>
/// <param name="Package">Debian package.</param>
/// <param name="Path">Path inside the package.</param>
/// <param name="OffsetBytes">Where the image begins inside that file; 0 for a whole file.</param>
/// <param name="LengthBytes">Its length there; 0 for a whole file.</param>
/// <param name="LongSidePixels">Longer side after preparation, at which compression is no longer visible.</param>
/// <param name="Licence">SPDX identifier, or "public domain".</param>
/// <param name="Flags">Of dark, hazy, lowdetail, lowres: for what the photograph is no good example.</param>
public sealed record Photograph(
    PhotographSet Set,
    string Package,
    string Path,
    long OffsetBytes,
    long LengthBytes,
    int LongSidePixels,
    string Licence,
    string Flags)
{
    /// <summary>Unique name without extension; the prepared file is this plus <c>.png</c>.</summary>
    public string Name
    {
        get
        {
            var parts = Path.Split('/');
            var file = System.IO.Path.GetFileNameWithoutExtension(parts[^1]);

            // plasma-workspace-wallpapers names its files by size, under a folder per wallpaper.
            if (Package == "plasma-workspace-wallpapers")
            {
                file = $"{parts[^4]}-{file}";
            }

            var suffix = LengthBytes > 0 ? $"@{OffsetBytes}" : "";
            return $"{Package}@{file.Replace(' ', '_')}{suffix}";
        }
    }

    /// <summary>True where a picture made from it may be published without conditions.</summary>
    public bool IsFree => Licence is "public domain" or "CC0-1.0";

    public bool HasFlag(string flag) => Flags.Split(',').Contains(flag);
}
