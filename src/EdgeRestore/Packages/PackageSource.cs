using System.Formats.Tar;

namespace EdgeRestore.Packages;

/// <summary>A package that is to be copied: what vouches for it first, then its files, each read once.</summary>
internal abstract class PackageSource : IDisposable
{
    /// <summary>A folder, or a file that <see cref="PackageArchive"/> wrote.</summary>
    /// <exception cref="PackageException">There is neither.</exception>
    public static PackageSource Open(string path)
    {
        var source = Path.GetFullPath(path);
        try
        {
            return Directory.Exists(source) ? new Folder(source)
                : File.Exists(source) ? new Archive(source, File.OpenRead(source))
                : throw new PackageException(
                    $"There is no package at '{source}': found nothing there, allowed is a package's folder or file. "
                    + "Check the path; it is one of the daemon's machine.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The package '{source}' cannot be read: {exception.Message} Allowed is a folder or file that the "
                + "daemon's user may read. Change its mode or owner (chmod, chown).",
                exception);
        }
    }

    /// <summary>The manifest's bytes, and those of its signatures where there are any. Called first, once.</summary>
    public abstract (byte[] Manifest, byte[]? Signatures) ReadHead();

    /// <summary>Hands out every file that the manifest lists. Called once, after the head was trusted.</summary>
    public abstract void ReadFiles(PackageManifest manifest, Action<PackageFile, Stream> take);

    public virtual void Dispose()
    {
    }

    private sealed class Folder(string directory) : PackageSource
    {
        public override (byte[] Manifest, byte[]? Signatures) ReadHead()
        {
            var signatures = PackageSignature.Read(directory);
            return (
                ModelPackage.ReadManifest(directory),
                signatures.Count == 0 ? null : PackageSignature.Format(signatures));
        }

        public override void ReadFiles(PackageManifest manifest, Action<PackageFile, Stream> take)
        {
            foreach (var listed in manifest.Files)
            {
                using var content = File.OpenRead(Path.Combine(directory, listed.Path));
                take(listed, content);
            }
        }
    }

    private sealed class Archive(string name, Stream stream) : PackageSource
    {
        private readonly TarReader _tar = new(stream);
        private TarEntry? _next;

        public override (byte[] Manifest, byte[]? Signatures) ReadHead()
        {
            Advance();
            var manifest = _next?.Name == PackageManifest.FileName
                ? ReadSmall(PackageManifest.MaxLengthBytes)
                : throw Invalid(
                    _next is null ? "nothing" : $"'{_next.Name}' first", $"{PackageManifest.FileName} first");
            Advance();
            if (_next?.Name != PackageSignature.FileName)
            {
                return (manifest, null);
            }

            var signatures = ReadSmall(PackageSignature.MaxLengthBytes);
            Advance();
            return (manifest, signatures);
        }

        public override void ReadFiles(PackageManifest manifest, Action<PackageFile, Stream> take)
        {
            var missing = manifest.Files.ToDictionary(listed => listed.Path);
            while (_next is not null)
            {
                if (!missing.Remove(_next.Name, out var listed) || _next.EntryType != TarEntryType.RegularFile)
                {
                    throw Invalid(
                        $"'{_next.Name}' ({_next.EntryType})", "the files that its manifest lists, each once");
                }

                take(listed, _next.DataStream ?? Stream.Null);
                Advance();
            }

            if (missing.Count > 0)
            {
                throw Invalid(
                    $"no '{missing.Keys.Order(StringComparer.Ordinal).First()}'", "every file that its manifest lists");
            }
        }

        public override void Dispose()
        {
            _tar.Dispose();
            stream.Dispose();
        }

        private void Advance()
        {
            try
            {
                _next = _tar.GetNextEntry();
            }
            catch (Exception exception) when (
                exception is InvalidDataException or FormatException or EndOfStreamException)
            {
                throw Invalid($"no tar ({exception.Message})", "a file that 'package pack' wrote");
            }
        }

        private byte[] ReadSmall(int maxLengthBytes)
        {
            if (_next!.Length > maxLengthBytes || _next.EntryType != TarEntryType.RegularFile)
            {
                throw Invalid($"'{_next.Name}' of {_next.Length} bytes", $"{maxLengthBytes} bytes");
            }

            var bytes = new byte[_next.Length];
            _next.DataStream?.ReadExactly(bytes);
            return bytes;
        }

        private PackageException Invalid(string found, string allowed) => new(
            $"The package file '{name}' cannot be read: found {found}, allowed {allowed}. Pack or copy it again.");
    }
}
