namespace EdgeRestore.Cli.Tests;

/// <summary>The checkout that the tests run in: they look at the files that a newcomer sees.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Launcher => Path.Combine(Root, "edgerestore");

    /// <summary>The program as it is built by itself: beside the tests, what it loads is the daemon's.</summary>
    public static string Program => AppContext.BaseDirectory.Replace(
        "/tests/EdgeRestore.Cli.Tests/", "/src/EdgeRestore.Cli/", StringComparison.Ordinal) + "EdgeRestore.Cli.dll";

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EdgeRestore.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No EdgeRestore.sln above '{AppContext.BaseDirectory}'.");
    }
}
