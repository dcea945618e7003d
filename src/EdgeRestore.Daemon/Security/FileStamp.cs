namespace EdgeRestore.Daemon.Security;

/// <summary>What tells whether files were changed, at the price of a stat each.</summary>
/// <remarks>
/// Looked at when the files are needed instead of watched: watching misses files that arrive by renamed links, which is
/// how Kubernetes and certbot put them there.
/// </remarks>
internal readonly record struct FileStamp(
    DateTime FirstWritten, long FirstLength, DateTime SecondWritten, long SecondLength)
{
    public static FileStamp Of(string first, string? second = null)
    {
        var (written, length) = Read(first);
        var (secondWritten, secondLength) = second is null ? default : Read(second);
        return new FileStamp(written, length, secondWritten, secondLength);
    }

    private static (DateTime Written, long Length) Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            {
                file = target;
            }

            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there, or not to be looked at: whoever reads the file next says which.
            return default;
        }
    }
}
