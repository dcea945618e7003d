namespace EdgeRestore.Packages;

/// <summary>Reads the text of a key file, of no more than a key's length.</summary>
internal static class PemFile
{
    private const int MaxLengthBytes = 1 << 14;

    public static string Read(string path, string what)
    {
        try
        {
            return new FileInfo(path).Length <= MaxLengthBytes
                ? File.ReadAllText(path)
                : throw new PackageException(
                    $"The {what} '{path}' is too large: found {new FileInfo(path).Length} bytes, allowed "
                    + $"{MaxLengthBytes}. Give a key in PEM.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The {what} '{path}' cannot be read: {exception.Message} Allowed is a PEM file that this user may "
                + "read. Correct the path, or change its mode or owner (chmod, chown).",
                exception);
        }
    }
}
