using EdgeRestore.Packages;

namespace EdgeRestore.Quantization.Commands;

/// <summary>Where a command's new package goes.</summary>
internal static class NewPackage
{
    /// <summary>Refuses a folder that the package could not be written to, before the work for it begins.</summary>
    /// <exception cref="WrongCommandLineException">It is the source package.</exception>
    /// <exception cref="PackageException">Something is there that may not be replaced.</exception>
    public static void RequireWritable(string directory, ModelPackage source, bool replace)
    {
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))
            == Path.TrimEndingDirectorySeparator(source.Directory))
        {
            throw new WrongCommandLineException(
                $"--out is '{directory}', the source package, which stays as it is. Allowed: another folder.");
        }

        PackageWriter.RequireWritable(directory, replace);
    }
}
