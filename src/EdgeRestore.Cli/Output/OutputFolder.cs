namespace EdgeRestore.Cli.Output;

/// <summary>The one folder that a command writes below: every file appears there whole or not at all.</summary>
internal sealed class OutputFolder
{
    private const string PartialSuffix = ".partial";

    // errno values of Linux, which .NET passes on as HResult: no space, quota used up, file larger than allowed.
    private static readonly int[] DiskFullCodes = [28, 122, 27];

    private OutputFolder(string path) => Path = path;

    /// <summary>The folder's absolute path.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if it is not there.</summary>
    /// <exception cref="EdgeRestoreException">It cannot be created, or a file stands in its place.</exception>
    public static OutputFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException(
                $"Cannot create the output folder '{full}': {exception.Message} Give --out a folder that can be "
                + "written to.",
                exception);
        }

        return new OutputFolder(System.IO.Path.TrimEndingDirectorySeparator(full));
    }

    /// <summary>The absolute path of a name below this folder.</summary>
    /// <exception cref="EdgeRestoreException">The name, or a symbolic link on its way, leads out of the
    /// folder.</exception>
    public string Resolve(string relativeName)
    {
        var full = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, relativeName));
        if (!full.StartsWith(Path.TrimEnd('/') + '/', StringComparison.Ordinal))
        {
            throw new EdgeRestoreException(
                $"'{relativeName}' would be written to '{full}', outside the output folder '{Path}'. Only names below "
                + "it are allowed. Rename the input or give its folder instead of the file.");
        }

        var way = Path;
        foreach (var part in System.IO.Path.GetRelativePath(Path, full).Split('/'))
        {
            way = System.IO.Path.Combine(way, part);
            if (new FileInfo(way).LinkTarget is { } target)
            {
                throw new EdgeRestoreException(
                    $"'{way}' is a symbolic link to '{target}', and what is written below --out must stay there. "
                    + "Remove the link or give another --out.");
            }
        }

        return full;
    }

    /// <summary>
    /// Writes a file under a temporary name beside its own, then renames it: a reader never sees half of it.
    /// </summary>
    /// <exception cref="EdgeRestoreException">The disk is full or the folder not writable; nothing is left
    /// behind.</exception>
    public void Write(string relativeName, ReadOnlySpan<byte> content)
    {
        var target = Resolve(relativeName);
        var partial = target + PartialSuffix;
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, target, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(partial);
            throw Describe(target, content.Length, exception);
        }
    }

    /// <summary>What to throw where the results of two inputs would be one file.</summary>
    public static WrongCommandLineException DescribeClash(string input, string other, string result) => new(
        $"Two inputs would be written to one file, '{result}': '{input}' and '{other}'. Allowed is one input for a "
        + "file. Rename one of them, or start a run for each with an --out of its own.");

    private static EdgeRestoreException Describe(string target, int lengthBytes, Exception exception) =>
        Array.IndexOf(DiskFullCodes, exception.HResult) >= 0
            ? new DiskFullException(
                $"Cannot write '{target}': the disk is full ({lengthBytes} bytes did not fit; {exception.Message}). "
                + "Nothing half-written is left. Make room, then run the same command again: it goes on where it "
                + "stopped.",
                exception)
            : new EdgeRestoreException(
                $"Cannot write '{target}': {exception.Message} Check the folder's permissions or give another --out.",
                exception);

    /// <summary>Removes what is not worth keeping; says nothing when it cannot.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first error is the one worth telling; a leftover is overwritten by the next run.
        }
    }
}
