using System.Formats.Tar;

namespace EdgeRestore.Packages;

/// <summary>A package as one file: a tar with the manifest first, its signatures, then the files that it
/// lists.</summary>
/// <remarks>The same package gives the same bytes. Nothing is compressed: weights do not shrink.</remarks>
public static class PackageArchive
{
    /// <summary>Writes a package's folder, once verified, as one file, which appears whole or not at all.</summary>
    /// <exception cref="PackageException">The package is damaged, or the file cannot be written.</exception>
    public static void Pack(string directory, string path)
    {
        var package = ModelPackage.Open(directory);
        var target = Path.GetFullPath(path);
        var partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write))
            {
                using (var tar = new TarWriter(file, TarEntryFormat.Ustar, leaveOpen: true))
                {
                    string[] head = [PackageManifest.FileName, PackageSignature.FileName];
                    foreach (var name in head.Where(name => File.Exists(package.GetPath(name)))
                        .Concat(package.Manifest.Files.Select(listed => listed.Path)))
                    {
                        using var content = File.OpenRead(package.GetPath(name));
                        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
                        {
                            DataStream = content,
                            ModificationTime = DateTimeOffset.UnixEpoch,
                        });
                    }
                }

                file.Flush(flushToDisk: true);
            }

            FileSystem.Rename(partial, target);
            FileSystem.FlushDirectory(Path.GetDirectoryName(target) ?? "/");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            File.Delete(partial);
            throw new PackageException(
                $"The package file '{target}' cannot be written: {exception.Message} Free space, or choose another "
                + "folder.",
                exception);
        }
    }
}
