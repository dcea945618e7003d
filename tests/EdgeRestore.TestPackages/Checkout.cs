namespace EdgeRestore.TestPackages;

/// <summary>The checkout that the tests run in: they look at the files that a newcomer sees.</summary>
public static class Checkout
{
    public static string Root { get; } = FindRoot();

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
