namespace EdgeRestore.Training.Recipes;

/// <summary>The recipes that come with the trainer, found by name beside the executable.</summary>
internal static class BuiltIn
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Recipes");

    public static IEnumerable<string> Names => Directory.Exists(Folder)
        ? Directory.EnumerateFiles(Folder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order()
        : [];

    /// <summary>A built-in name or a path.</summary>
    public static Recipe Load(string nameOrPath)
    {
        var path = Path.Combine(Folder, nameOrPath + ".yaml");
        return Recipe.Load(File.Exists(path) ? path : nameOrPath);
    }
}
