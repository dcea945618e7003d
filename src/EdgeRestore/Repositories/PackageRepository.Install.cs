using EdgeRestore.Packages;

namespace EdgeRestore.Repositories;

public sealed partial class PackageRepository
{
    /// <summary>
    /// Installs a package from a folder or a file that 'package pack' wrote: (1) manifest and signature, before a byte
    /// of anything else; (2) every file into a folder that no reader looks at, flushed; (3) the copy opened as a daemon
    /// would, hashes and all; (4) one rename into its place, flushed.
    /// </summary>
    /// <returns>What is installed, also when the same package was there already.</returns>
    /// <exception cref="PackageException">Nothing was installed.</exception>
    public StoredPackage Install(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Change("installed to", () =>
        {
            using var source = PackageSource.Open(path);
            return Install(source, Path.GetFullPath(path));
        });
    }

    /// <summary>A file of its own for a package that arrives in pieces, for <see cref="Install"/>; the caller deletes
    /// it.</summary>
    public string CreateUploadPath() => Path.Combine(IncomingPath, $"{Guid.NewGuid():N}.upload");

    private StoredPackage Install(PackageSource source, string origin)
    {
        // 1
        var (manifestBytes, signatures) = source.ReadHead();
        Trust?.RequireSigner(origin, manifestBytes, signatures is null ? [] : PackageSignature.Parse(signatures));
        var manifest = ModelPackage.ParseManifest(origin, manifestBytes);
        var id = new PackageId(manifest.Name, manifest.Version);
        var target = PathOf(id);
        if (id.Name == Activation.FileName)
        {
            throw new PackageException(
                $"A package cannot be named '{id.Name}': that is a file of the repository. Rename it.");
        }

        if (System.IO.Directory.Exists(target))
        {
            return RequireSame(id, ModelPackage.IdentityOf(manifestBytes), signatures);
        }

        // 2
        var incoming = Path.Combine(IncomingPath, Guid.NewGuid().ToString("N"));
        try
        {
            _files.CreateFolder(incoming);
            source.ReadFiles(manifest, (listed, content) => Copy(incoming, listed, content));
            if (signatures is not null)
            {
                Write(Path.Combine(incoming, PackageSignature.FileName), signatures);
            }

            Write(Path.Combine(incoming, PackageManifest.FileName), manifestBytes);
            foreach (var folder in System.IO.Directory
                .EnumerateDirectories(incoming, "*", SearchOption.AllDirectories).Append(incoming))
            {
                _files.FlushFolder(folder);
            }

            // 3
            ModelPackage.Open(incoming, Trust);

            // 4
            var family = Path.GetDirectoryName(target)!;
            if (!System.IO.Directory.Exists(family))
            {
                _files.CreateFolder(family);
            }

            // Also a folder that an interrupted installation made, and did not live to flush.
            _files.FlushFolder(Directory);
            _files.Rename(incoming, target);
            _files.FlushFolder(family);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or PackageException)
        {
            if (System.IO.Directory.Exists(incoming))
            {
                System.IO.Directory.Delete(incoming, recursive: true);
            }

            throw;
        }

        return Describe(id);
    }

    private StoredPackage RequireSame(PackageId id, string sha256, byte[]? signatures)
    {
        var installed = OpenPackage(id);
        if (installed.Sha256 != sha256)
        {
            throw new PackageException(
                $"Package {id} is installed already with other content: found manifest SHA-256 {sha256}, allowed "
                + $"{installed.Sha256}. A version never changes: give the new content a new version.");
        }

        // The same content newly signed, as when keys change.
        if (signatures is not null)
        {
            _files.Replace(Path.Combine(installed.Directory, PackageSignature.FileName), signatures);
        }

        return Describe(id);
    }

    private void Copy(string incoming, PackageFile listed, Stream content)
    {
        var path = Path.Combine(incoming, listed.Path);
        var folder = Path.GetDirectoryName(path)!;
        if (!System.IO.Directory.Exists(folder))
        {
            _files.CreateFolder(folder);
        }

        // Ends a file that is longer than it says before it has filled the disk.
        var left = listed.LengthBytes;
        _files.Write(path, content, chunk =>
        {
            if ((left -= chunk.Length) < 0)
            {
                throw new PackageException(
                    $"The file '{listed.Path}' is not what the manifest vouches for: found more than "
                    + $"{listed.LengthBytes} bytes, allowed {listed.LengthBytes}. Copy or export the package again.");
            }
        });
    }

    private void Write(string path, byte[] bytes)
    {
        using var source = new MemoryStream(bytes);
        _files.Write(path, source);
    }
}
