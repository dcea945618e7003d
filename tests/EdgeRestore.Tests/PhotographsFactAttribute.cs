using EdgeRestore.Photographs;

namespace EdgeRestore.Tests;

/// <summary>A test on the held-out photographs; skipped where they have not been fetched.</summary>
internal sealed class PhotographsFactAttribute : FactAttribute
{
    public PhotographsFactAttribute()
    {
        if (Library is null)
        {
            Skip = "The held-out photographs are not in .edgerestore/photographs.";
        }
    }

    /// <summary>The nearest folder of prepared photographs above the tests, if it is complete.</summary>
    public static PhotographLibrary? Library { get; } = Find();

    private static PhotographLibrary? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var library = new PhotographLibrary(Path.Combine(folder.FullName, ".edgerestore", "photographs"));
            if (Directory.Exists(library.Root) && library.Missing(PhotographSet.HeldOut).Count == 0)
            {
                return library;
            }
        }

        return null;
    }
}
