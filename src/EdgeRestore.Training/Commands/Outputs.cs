namespace EdgeRestore.Training.Commands;

/// <summary>Files that commands write.</summary>
internal static class Outputs
{
    /// <summary>Says before the work begins that its result has no place.</summary>
    public static void CheckFree(string path, bool replace)
    {
        if (Directory.Exists(path) || (!replace && File.Exists(path)))
        {
            throw new EdgeRestoreException(Directory.Exists(path)
                ? $"'{path}' is a folder; name a file in it with --out."
                : $"'{path}' is there already. Name another file with --out, or replace it with --replace.");
        }
    }

    /// <summary>Writes a file by its path, in a folder that is made where it is missing.</summary>
    public static void Write(string path, Action<string> write)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            write(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException($"'{path}' cannot be written: {error.Message}", error);
        }
    }
}
