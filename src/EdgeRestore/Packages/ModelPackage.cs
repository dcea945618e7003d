using System.Security.Cryptography;
using EdgeRestore.Degradations;

namespace EdgeRestore.Packages;

/// <summary>A package on disk whose manifest and files have been verified. Immutable.</summary>
/// <remarks>
/// Files that the manifest does not list (a README, a licence) are tolerated and never opened: a graph that takes
/// weights from one is refused.
/// </remarks>
public sealed class ModelPackage
{
    // The graphs' weights lie outside them; protobuf itself ends at 2 GiB.
    private const long MaxGraphLengthBytes = 512L << 20;

    private readonly PackageRoute?[] _routes = new PackageRoute?[DegradationNames.Count];

    private ModelPackage(string directory, PackageManifest manifest, string sha256, string? signer)
    {
        Directory = directory;
        Manifest = manifest;
        Sha256 = sha256;
        Signer = signer;
        foreach (var route in manifest.Routes)
        {
            _routes[(int)route.Degradation] = route;
        }
    }

    /// <summary>Full path of the package's folder.</summary>
    public string Directory { get; }

    public PackageManifest Manifest { get; }

    /// <summary>SHA-256 of the manifest, which holds every file's hash: the identity of the whole package.</summary>
    public string Sha256 { get; }

    /// <summary>The trusted key that vouches for it; null when it was opened without a trust store.</summary>
    public string? Signer { get; }

    /// <summary>The route for a degradation, or null when the package has none.</summary>
    public PackageRoute? FindRoute(Degradation degradation) => _routes[(int)degradation];

    /// <summary>Full path of a file that the manifest lists.</summary>
    public string GetPath(string file) => Path.Combine(Directory, file);

    /// <summary>The files that a graph takes its weights from, ordered by path.</summary>
    /// <param name="file">A graph that the manifest lists.</param>
    /// <exception cref="PackageException">The graph has been changed since the package was opened.</exception>
    public IReadOnlyList<PackageFile> ReadWeightFiles(string file)
    {
        var graph = Manifest.Files.Single(listed => listed.Path == file);
        var folder = FolderOf(file);
        try
        {
            var bytes = File.ReadAllBytes(GetPath(file));
            var locations = OnnxExternalData.ReadLocations(bytes);
            return
            [
                .. Manifest.Files.Where(listed => listed.Path.StartsWith(folder, StringComparison.Ordinal)
                        && locations.Contains(listed.Path[folder.Length..]))
                    .OrderBy(listed => listed.Path, StringComparer.Ordinal),
            ];
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Damaged(Directory, graph, $"no ONNX graph ({exception.Message})", "an ONNX graph");
        }
    }

    /// <summary>
    /// Opens a package: (1) manifest read, its signature verified where a trust store is given, then checked, (2) every
    /// listed file inside the folder, of the right length and hash, (3) every graph takes weights from listed files
    /// only.
    /// </summary>
    /// <param name="directory">The package's folder.</param>
    /// <param name="trust">Whose packages are taken; null for anybody's.</param>
    /// <exception cref="PackageException">Any of it fails.</exception>
    public static ModelPackage Open(string directory, TrustStore? trust = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var root = Path.GetFullPath(directory);
        try
        {
            // 1
            var manifestBytes = ReadManifest(root);
            var signer = trust?.RequireSigner(root, manifestBytes, PackageSignature.Read(root));
            var manifest = ParseManifest(root, manifestBytes);

            // 2, 3
            var realRoot = RealPath.Resolve(root);
            var graphs = manifest.GraphFiles.ToHashSet();
            foreach (var file in manifest.Files)
            {
                VerifyFile(root, realRoot, file, graphs.Contains(file.Path) ? manifest : null);
            }

            return new ModelPackage(root, manifest, IdentityOf(manifestBytes), signer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The package '{root}' cannot be read: {exception.Message} Allowed is a folder that this user may enter, "
                + "with files that it may read. Change their mode or owner (chmod -R a+rX, chown), or run as a user who may.",
                exception);
        }
    }

    internal static string IdentityOf(ReadOnlySpan<byte> manifest) =>
        Convert.ToHexStringLower(SHA256.HashData(manifest));

    internal static byte[] ReadManifest(string root)
    {
        var path = Path.Combine(root, PackageManifest.FileName);
        if (!File.Exists(path))
        {
            // A folder that may not be entered looks like one without the file.
            if (System.IO.Directory.Exists(root))
            {
                _ = System.IO.Directory.EnumerateFileSystemEntries(root).Any();
            }

            var (found, remedy) = System.IO.Directory.Exists(root)
                ? ($"no {PackageManifest.FileName} in it", "Check the path, or export the package again.")
                : File.Exists(root)
                ? ("a file", "Name the folder; a file that 'package pack' wrote is unpacked with tar -xf.")
                : ("no such folder", "Check the path, or export the package again.");
            throw new PackageException(
                $"'{root}' is not a package: found {found}, allowed is a folder with {PackageManifest.FileName}. "
                + $"{remedy}");
        }

        using var stream = File.OpenRead(path);
        if (stream.Length > PackageManifest.MaxLengthBytes)
        {
            throw new PackageException(
                $"The manifest of package '{root}' is too large: found {stream.Length} bytes, allowed " +
                $"{PackageManifest.MaxLengthBytes}. Export the package again.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Parses a manifest; what is wrong with it is told with the file's name.</summary>
    internal static PackageManifest ParseManifest(string root, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return PackageManifest.Parse(bytes);
        }
        catch (PackageException exception)
        {
            throw new PackageException(
                $"{Path.Combine(root, PackageManifest.FileName)}: {exception.Message}", exception);
        }
    }

    private static void VerifyFile(string root, string realRoot, PackageFile file, PackageManifest? graphOf)
    {
        var path = Path.Combine(root, file.Path);
        if (!File.Exists(path))
        {
            throw Damaged(root, file, "no such file", $"the file with {file.LengthBytes} bytes");
        }

        var realPath = RealPath.Resolve(path);
        if (!realPath.StartsWith(realRoot + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw Damaged(root, file, $"a link that leads to '{realPath}'", "files inside the package only");
        }

        using var stream = File.OpenRead(realPath);
        if (stream.Length != file.LengthBytes)
        {
            throw Damaged(root, file, $"{stream.Length} bytes", $"{file.LengthBytes} bytes");
        }

        // A graph is hashed and walked from the same bytes, so that what was walked is what was vouched for.
        var graph = graphOf is null ? null : ReadGraph(root, file, stream);
        var sha256 = Convert.ToHexStringLower(graph is null ? SHA256.HashData(stream) : SHA256.HashData(graph));
        if (sha256 != file.Sha256)
        {
            throw Damaged(root, file, $"SHA-256 {sha256}", file.Sha256);
        }

        if (graph is not null)
        {
            VerifyExternalData(root, file, graph, graphOf!);
        }
    }

    private static byte[] ReadGraph(string root, PackageFile file, FileStream stream)
    {
        if (stream.Length > MaxGraphLengthBytes)
        {
            throw Damaged(
                root, file, $"{stream.Length} bytes", $"graphs of {MaxGraphLengthBytes} bytes, weights outside");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static void VerifyExternalData(string root, PackageFile file, byte[] graph, PackageManifest manifest)
    {
        IReadOnlySet<string> locations;
        try
        {
            locations = OnnxExternalData.ReadLocations(graph);
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(root, file, $"no ONNX graph ({exception.Message})", "an ONNX graph");
        }

        // Locations are relative to the graph's own folder.
        var folder = FolderOf(file.Path);
        foreach (var location in locations)
        {
            if (!manifest.Files.Any(listed => listed.Path == folder + location))
            {
                throw Damaged(
                    root, file, $"weights taken from '{location}'", "weights in files that the manifest lists");
            }
        }
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    private static PackageException Damaged(string root, PackageFile file, string found, string allowed) => new(
        $"The file '{file.Path}' of package '{root}' is not what the manifest vouches for: found {found}, " +
        $"allowed {allowed}. Copy or export the package again.");
}
