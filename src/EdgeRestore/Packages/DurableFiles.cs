namespace EdgeRestore.Packages;

/// <summary>
/// The operations by which an installation changes the disk, each announced before it happens: tests stop at every one.
/// </summary>
/// <remarks>
/// What is written counts as there only once its file was flushed and, after it, its folder; a rename, once its folder
/// was.
/// </remarks>
/// <param name="before">Hears of every operation; what it throws happens instead of it.</param>
internal sealed class DurableFiles(Action<DurableOperation, string>? before = null)
{
    private const int ChunkBytes = 1 << 20;

    public void CreateFolder(string path)
    {
        Announce(DurableOperation.CreateFolder, path);
        Directory.CreateDirectory(path);
    }

    /// <summary>Copies a stream into a new file and flushes it; what is read is passed on, to be hashed.</summary>
    public void Write(string path, Stream source, Action<ReadOnlySpan<byte>>? observe = null)
    {
        Announce(DurableOperation.CreateFile, path);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var chunk = new byte[ChunkBytes];
        while (source.Read(chunk) is > 0 and var count)
        {
            observe?.Invoke(chunk.AsSpan(0, count));
            Announce(DurableOperation.Write, path);
            file.Write(chunk.AsSpan(0, count));
        }

        Announce(DurableOperation.FlushFile, path);
        file.Flush(flushToDisk: true);
    }

    public void FlushFolder(string path)
    {
        Announce(DurableOperation.FlushFolder, path);
        FileSystem.FlushDirectory(path);
    }

    /// <summary>Renames in one step; the caller flushes the folders.</summary>
    public void Rename(string from, string to)
    {
        Announce(DurableOperation.Rename, to);
        FileSystem.Rename(from, to);
    }

    /// <summary>Readers see the old bytes or the new ones, whatever happens, and the new ones once this
    /// returns.</summary>
    public void Replace(string path, byte[] bytes)
    {
        var folder = Path.GetDirectoryName(path)!;
        var partial = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.partial");
        try
        {
            using (var source = new MemoryStream(bytes))
            {
                Write(partial, source);
            }

            Rename(partial, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(partial);
            throw;
        }

        FlushFolder(folder);
    }

    /// <summary>Deletes what no reader looks at any more.</summary>
    public void DeleteFolder(string path)
    {
        Announce(DurableOperation.Delete, path);
        Directory.Delete(path, recursive: true);
    }

    private void Announce(DurableOperation operation, string path) => before?.Invoke(operation, path);
}

internal enum DurableOperation
{
    CreateFolder,
    CreateFile,
    Write,
    FlushFile,
    FlushFolder,
    Rename,
    Delete,
}
