namespace EdgeRestore.Daemon.Hosting;

/// <summary>
/// The package that comes with the program, in <c>deploy/models</c> of the folder that it was started from.
/// </summary>
internal static class DefaultPackage
{
    private const string Folder = "deploy/models/edgerestore-default";

    /// <summary>The folder asked for, or the default's.</summary>
    /// <exception cref="EdgeRestoreException">None was asked for, and there is no default.</exception>
    public static string Resolve(string? asked)
    {
        if (!string.IsNullOrWhiteSpace(asked))
        {
            return asked;
        }

        var root = Environment.GetEnvironmentVariable("EDGERESTORE_ROOT") ?? Environment.CurrentDirectory;
        var package = Path.Combine(root, Folder);
        return Directory.Exists(package)
            ? package
            : throw new EdgeRestoreException(
                $"No package to serve: --package was not given, and '{package}' does not exist. Give the folder of a "
                + "package with --package, or start through the launcher of a whole checkout.");
    }
}
