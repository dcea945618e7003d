namespace EdgeRestore.Quantization.Calibration;

/// <summary>Files that appear whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the target, flushes, and renames.</summary>
    /// <exception cref="CalibrationException">The disk is full or the folder not writable; nothing is left
    /// behind.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var partial = path + ".writing";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        // .NET turns EFBIG, a file larger than the process may write, into an argument error.
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or ArgumentOutOfRangeException { ParamName: "value" })
        {
            TryDelete(partial);
            throw new CalibrationException(
                $"Cannot write '{path}': {exception.Message} Nothing half-written is left; free space or choose "
                + "another folder, then run the same command again.",
                exception);
        }
    }

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
