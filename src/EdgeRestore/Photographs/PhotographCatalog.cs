using System.Collections.Immutable;
using System.Globalization;

namespace EdgeRestore.Photographs;

/// <summary>The lists of free photographs inside Debian packages, as committed in <c>photographs.tsv</c>.</summary>
public static class PhotographCatalog
{
    private static readonly Lazy<ImmutableArray<Photograph>> Loaded = new(LoadAll);

    /// <summary>All photographs in the order of the file.</summary>
    public static ImmutableArray<Photograph> All => Loaded.Value;

    public static ImmutableArray<Photograph> Train =>
        [.. All.Where(photograph => photograph.Set == PhotographSet.Train)];

    public static ImmutableArray<Photograph> HeldOut =>
        [.. All.Where(photograph => photograph.Set == PhotographSet.HeldOut)];

    /// <summary>Name of the folder in which a set's prepared photographs lie.</summary>
    public static string ToFolderName(this PhotographSet set) => set == PhotographSet.Train ? "train" : "held-out";

    private static ImmutableArray<Photograph> LoadAll()
    {
        using var stream = typeof(PhotographCatalog).Assembly.GetManifestResourceStream("photographs.tsv")!;
        using var reader = new StreamReader(stream);
        var photographs = ImmutableArray.CreateBuilder<Photograph>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            // set, package, path, offset, length, long side, licence, flags
            var cells = line.Split('\t');
            photographs.Add(new Photograph(
                cells[0] == "train" ? PhotographSet.Train : PhotographSet.HeldOut,
                cells[1],
                cells[2],
                long.Parse(cells[3], CultureInfo.InvariantCulture),
                long.Parse(cells[4], CultureInfo.InvariantCulture),
                int.Parse(cells[5], CultureInfo.InvariantCulture),
                cells[6],
                cells[7]));
        }

        return photographs.ToImmutable();
    }
}
