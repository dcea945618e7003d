namespace EdgeRestore.Commands;

/// <summary>Where the repository that this program was built in lies, and what it brings along.</summary>
public static class Installation
{
    private static readonly Lazy<string> LazyRoot = new(FindRoot);

    /// <summary>The repository's folder: from the launcher, else the one above this program.</summary>
    public static string Root => LazyRoot.Value;

    public static string DefaultPackage => Path.Combine(Root, "deploy", "models", "edgerestore-default");

    /// <summary>Working files that git ignores: photographs, demo output.</summary>
    public static string State => Path.Combine(Root, ".edgerestore");

    /// <summary>Where fetched and prepared photographs lie, a folder for each set.</summary>
    public static string Photographs => Path.Combine(State, "photographs");

    private static string FindRoot()
    {
        if (Environment.GetEnvironmentVariable("EDGERESTORE_ROOT") is { Length: > 0 } given)
        {
            return Path.GetFullPath(given);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EdgeRestore.sln")))
            {
                return folder.FullName;
            }
        }

        throw new EdgeRestoreException(
            $"The repository was not found: no EdgeRestore.sln above '{AppContext.BaseDirectory}'. Start through "
            + "./edgerestore, or set EDGERESTORE_ROOT to the repository's folder.");
    }
}
