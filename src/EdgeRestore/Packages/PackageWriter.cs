using System.Security.Cryptography;

namespace EdgeRestore.Packages;

/// <summary>Writes packages so that a folder holds a whole package or does not exist.</summary>
public static class PackageWriter
{
    /// <summary>
    /// (1) Writes every file beside the target, hashed on the way and flushed to the disk, the manifest last; (2) opens
    /// the result as a reader would; (3) moves it into place in one step.
    /// </summary>
    /// <param name="directory">The package's folder.</param>
    /// <param name="manifest">Everything but <see cref="PackageManifest.Files"/>, which is computed.</param>
    /// <param name="contents">The files.</param>
    /// <param name="replace">Whether an existing folder is exchanged for the new package, and then deleted.</param>
    /// <exception cref="PackageException">Nothing was written: invalid manifest, full disk, existing
    /// folder.</exception>
    public static ModelPackage Write(
        string directory, PackageManifest manifest, IReadOnlyList<PackageContent> contents, bool replace = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(contents);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        ManifestRules.Check(manifest, filesRequired: false);
        foreach (var content in contents)
        {
            ManifestRules.CheckPath("files.path", content.Path);
        }

        RequireWritable(target, replace);

        // On the target's own file system, or the move would be a copy.
        var partial = Path.Combine(
            Path.GetDirectoryName(target) ?? "/", $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.partial");
        try
        {
            // 1
            Directory.CreateDirectory(partial);
            var files = contents.Select(content => WriteFile(partial, content)).ToArray();
            var complete = manifest with { Files = [.. files] };
            WriteFile(partial, PackageContent.FromBytes(PackageManifest.FileName, complete.ToJson()));
            FlushFolders(partial);

            // 2
            ModelPackage.Open(partial);

            // 3
            MoveIntoPlace(partial, target, replace);
            return ModelPackage.Open(target);
        }
        // .NET turns EFBIG, a file too large for the file system or the process's limit, into an argument error.
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or ArgumentOutOfRangeException { ParamName: "value" })
        {
            throw new PackageException(
                $"The package '{target}' cannot be written: {exception.Message} Nothing was left behind; " +
                "free space or choose another folder, then try again.",
                exception);
        }
        finally
        {
            DeleteQuietly(partial);
        }
    }

    /// <summary>Refuses a folder that <see cref="Write"/> would refuse: before hours of work for it, not after.</summary>
    /// <exception cref="PackageException">Something is there that may not be replaced.</exception>
    public static void RequireWritable(string directory, bool replace)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var occupied = Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any();
        if (File.Exists(target) || (occupied && !replace))
        {
            throw new PackageException(
                $"The package '{target}' cannot be written: found something there already, allowed is a new or empty " +
                "folder. Remove it, choose another folder, or ask for it to be replaced.");
        }

        // Replacing deletes the folder, and a mistyped path must not cost somebody's home.
        if (occupied && !File.Exists(Path.Combine(target, PackageManifest.FileName)))
        {
            throw new PackageException(
                $"The folder '{target}' cannot be replaced: found files but no {PackageManifest.FileName}, allowed is " +
                "a package or an empty folder. Choose another folder.");
        }
    }

    private static PackageFile WriteFile(string folder, PackageContent content)
    {
        var path = Path.Combine(folder, content.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        using var hash = SHA256.Create();
        using (var hashing = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
        {
            content.WriteTo(hashing);
        }

        file.Flush(flushToDisk: true);
        return new PackageFile(content.Path, file.Length, Convert.ToHexStringLower(hash.Hash!));
    }

    private static void FlushFolders(string partial)
    {
        foreach (var folder
            in Directory.EnumerateDirectories(partial, "*", SearchOption.AllDirectories).Append(partial))
        {
            FileSystem.FlushDirectory(folder);
        }
    }

    private static void MoveIntoPlace(string partial, string target, bool replace)
    {
        if (Directory.Exists(target) && replace)
        {
            // Readers see the old package or the new one; the old one is then `partial`, which the caller deletes.
            FileSystem.Exchange(partial, target);
        }
        else
        {
            // rename(2) puts a folder over an empty one.
            FileSystem.Rename(partial, target);
        }

        FileSystem.FlushDirectory(Path.GetDirectoryName(target) ?? "/");
    }

    private static void DeleteQuietly(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The package is in place or the real error is on its way: a leftover must not hide either.
        }
    }
}
