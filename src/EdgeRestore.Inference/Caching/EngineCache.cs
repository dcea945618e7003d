using System.Security.Cryptography;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Caching;

/// <summary>The engines of one machine: a folder each, which appears whole or not at all. Thread-safe.</summary>
/// <remarks>
/// Names that begin with a dot are of builds under way: <c>.building</c>, <c>.locks</c>; <c>.timing</c> holds what
/// builders measured of kernels, which spares the next one that.
/// </remarks>
internal sealed class EngineCache
{
    public const string DirectoryVariable = "EDGERESTORE_ENGINES";

    private readonly DurableFiles _files;

    /// <param name="directory">Made when the first engine is; null for the user's own.</param>
    /// <param name="files">Null for the disk; tests stop it at every operation.</param>
    public EngineCache(string? directory = null, DurableFiles? files = null)
    {
        Directory = Path.GetFullPath(string.IsNullOrEmpty(directory) ? DefaultDirectory : directory);
        _files = files ?? new DurableFiles();
    }

    public string Directory { get; }

    /// <summary>Folders of builds that have not ended, or were killed.</summary>
    public string BuildingDirectory => Path.Combine(Directory, ".building");

    private static string DefaultDirectory
    {
        get
        {
            var named = Environment.GetEnvironmentVariable(DirectoryVariable);
            if (!string.IsNullOrEmpty(named))
            {
                return named;
            }

            // XDG Base Directory Specification 0.8: caches are the user's, and relative paths are ignored.
            var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            caches = Path.IsPathFullyQualified(caches ?? "") ? caches! : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(caches, "edgerestore", "engines");
        }
    }

    /// <summary>What builders measured on a device: one folder for each, since the provider names the file by GPU
    /// only.</summary>
    public string TimingDirectory(DeviceIdentity device)
    {
        var text = string.Join('\n', device.Parts.Select(part => $"{part.Key}={part.Value}"));
        return Path.Combine(
            Directory, ".timing",
            Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..16]);
    }

    /// <summary>The engine of a key; null when there is none, Damaged when its bytes are not those that were
    /// written.</summary>
    public CachedEngine? Find(EngineKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var folder = Path.Combine(Directory, key.Prefix);
        if (!System.IO.Directory.Exists(folder))
        {
            return null;
        }

        var engine = Inspect(folder, verifiesBytes: true);
        return engine.State == EngineState.Ready && engine.Manifest!.KeySha256 != key.Sha256
            ? engine with
            {
                State = EngineState.Damaged,
                Reason = $"its key is {engine.Manifest.KeySha256}, expected {key.Sha256}",
            }
            : engine;
    }

    /// <summary>Every engine by itself, ordered by name: whole, or what is wrong.</summary>
    /// <param name="verifiesBytes">Whether every file is hashed.</param>
    public IReadOnlyList<CachedEngine> Enumerate(bool verifiesBytes)
    {
        try
        {
            return
            [
                .. System.IO.Directory.EnumerateDirectories(Directory)
                    .Where(folder => !Path.GetFileName(folder).StartsWith('.'))
                    .Order(StringComparer.Ordinal).Select(folder => Inspect(folder, verifiesBytes)),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Reads every byte of an engine.</summary>
    public CachedEngine Verify(CachedEngine engine) => Inspect(engine.Folder, verifiesBytes: true);

    /// <summary>Finds files that the provider wrote into an engine's folder while it opened it, and deletes
    /// them.</summary>
    /// <exception cref="EngineException">It has built: it did not find the engine, and would build at every
    /// start.</exception>
    public void RequireNothingWritten(CachedEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var known = engine.Manifest!.Files.Select(file => file.Path).Append(EngineManifest.FileName).ToHashSet();
        var strays = System.IO.Directory.EnumerateFiles(engine.Folder)
            .Where(path => !known.Contains(Path.GetFileName(path))).ToList();
        strays.ForEach(File.Delete);
        if (strays.Count > 0)
        {
            throw new EngineException(
                $"{engine.Prefix} was not found by the provider, which built {Path.GetFileName(strays[0])} instead; "
                + "build it anew with 'quantize engine build'");
        }
    }

    /// <summary>Whether an engine is of this device and, where it is the engine's, of this package.</summary>
    /// <param name="engine">Whole.</param>
    /// <param name="device">This machine's.</param>
    /// <param name="package">Null to judge by the device alone.</param>
    public static CachedEngine Judge(CachedEngine engine, DeviceIdentity device, ModelPackage? package)
    {
        ArgumentNullException.ThrowIfNull(engine);
        if (engine is not { State: EngineState.Ready, Manifest: { } manifest })
        {
            return engine;
        }

        if (package is not null && package.Manifest.Files.Any(file => file.Path == manifest.File))
        {
            var key = EngineKey.Of(package, manifest.File, engine.Shapes, manifest.Builder, device);
            return AsStale(engine, key.DifferencesTo(manifest.Key));
        }

        return AsStale(engine,
        [
            .. device.Parts.Where(part => manifest.Key.GetValueOrDefault(part.Key) != part.Value)
                .Select(
                    part => $"{part.Key} is {part.Value}, was {manifest.Key.GetValueOrDefault(part.Key) ?? "unknown"}"),
        ]);
    }

    /// <summary>
    /// Puts a built engine in its place: (1) hashes its files, (2) writes the manifest, flushes everything, (3) removes
    /// what stood there, (4) renames.
    /// </summary>
    /// <param name="building">A folder in <see cref="BuildingDirectory"/>; gone afterwards.</param>
    /// <param name="prefix">The key's.</param>
    /// <param name="manifest">Its files are filled in here.</param>
    /// <exception cref="IOException">The disk.</exception>
    public CachedEngine Publish(string building, string prefix, EngineManifest manifest)
    {
        // 1
        var listed = new List<PackageFile>();
        foreach (var path in System.IO.Directory.EnumerateFiles(building).Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            listed.Add(
                new PackageFile(Path.GetFileName(path), file.Length, Convert.ToHexStringLower(SHA256.HashData(file))));

            // The provider has written it, and does not flush.
            file.Flush(flushToDisk: true);
        }

        // 2
        manifest = manifest with { Files = [.. listed] };
        using (var json = new MemoryStream(manifest.ToJson()))
        {
            _files.Write(Path.Combine(building, EngineManifest.FileName), json);
        }

        _files.FlushFolder(building);

        // 3
        var folder = Path.Combine(Directory, prefix);
        if (System.IO.Directory.Exists(folder))
        {
            Remove(folder);
        }

        // 4
        _files.Rename(building, folder);
        _files.FlushFolder(Directory);
        return new CachedEngine(folder, manifest, EngineState.Ready, null);
    }

    /// <summary>A new folder for a build.</summary>
    public string CreateBuilding(string prefix)
    {
        var folder = Path.Combine(BuildingDirectory, $"{prefix}.{Guid.NewGuid():N}");
        _files.CreateFolder(folder);
        return folder;
    }

    /// <summary>Deletes what killed builds of an engine have left. Only whoever holds the engine's lock may.</summary>
    /// <returns>How many there were.</returns>
    public int RemoveUnfinished(string prefix)
    {
        if (!System.IO.Directory.Exists(BuildingDirectory))
        {
            return 0;
        }

        var left = System.IO.Directory.GetDirectories(BuildingDirectory, prefix + ".*");
        foreach (var folder in left)
        {
            _files.DeleteFolder(folder);
        }

        return left.Length;
    }

    /// <summary>Prefixes of which there are folders of builds that have not ended.</summary>
    public IReadOnlyList<string> FindUnfinished() => !System.IO.Directory.Exists(BuildingDirectory) ? [] :
    [
        .. System.IO.Directory.GetDirectories(BuildingDirectory)
            .Select(folder => Path.GetFileName(folder)!.Split('.')[0]).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Takes an engine out of the cache; one that runs from it goes on, its files are open.</summary>
    /// <remarks>Renamed away first: a removal that is cut short leaves no half engine under its name.</remarks>
    public void Remove(string folder)
    {
        _files.CreateFolder(BuildingDirectory);
        var going = Path.Combine(BuildingDirectory, $"{Path.GetFileName(folder)}.{Guid.NewGuid():N}");
        _files.Rename(folder, going);
        _files.DeleteFolder(going);
    }

    /// <summary>The right to build, replace or remove one engine; null while another process has it. Its death frees
    /// it.</summary>
    public IDisposable? TryLock(string prefix)
    {
        var folder = Path.Combine(Directory, ".locks");
        _files.CreateFolder(folder);
        try
        {
            return new FileStream(
                Path.Combine(folder, prefix), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException) && !IsDiskFull(exception))
        {
            return null;
        }
    }

    /// <summary>Replaces a device's measured kernels by newer ones.</summary>
    public void SaveTiming(string from, DeviceIdentity device)
    {
        var folder = TimingDirectory(device);
        foreach (var path in System.IO.Directory.EnumerateFiles(from))
        {
            _files.CreateFolder(folder);
            _files.Replace(Path.Combine(folder, Path.GetFileName(path)), File.ReadAllBytes(path));
        }
    }

    // ENOSPC and EDQUOT of linux/errno.h, as .NET hands them on.
    internal static bool IsDiskFull(IOException exception) => (exception.HResult & 0xFFFF) is 28 or 122;

    private static CachedEngine AsStale(CachedEngine engine, IReadOnlyList<string> differences) =>
        differences.Count == 0
            ? engine
            : engine with { State = EngineState.Stale, Reason = string.Join("; ", differences) };

    private static CachedEngine Inspect(string folder, bool verifiesBytes)
    {
        EngineManifest manifest;
        try
        {
            manifest = EngineManifest.Read(folder);
        }
        catch (InvalidDataException exception)
        {
            return new CachedEngine(folder, null, EngineState.Damaged, exception.Message);
        }

        var fault = manifest.Files.Select(file => FindFault(folder, file, verifiesBytes))
            .FirstOrDefault(fault => fault is not null);
        return new CachedEngine(folder, manifest, fault is null ? EngineState.Ready : EngineState.Damaged, fault);
    }

    private static string? FindFault(string folder, PackageFile file, bool verifiesBytes)
    {
        var path = Path.Combine(folder, file.Path);
        try
        {
            // The name comes from a file: it must not lead out of the folder.
            if (Path.GetFileName(file.Path) != file.Path || !File.Exists(path))
            {
                return $"{file.Path} is missing";
            }

            using var stream = File.OpenRead(path);
            if (stream.Length != file.LengthBytes)
            {
                return $"{file.Path} has {stream.Length} bytes, {file.LengthBytes} were written";
            }

            return !verifiesBytes || Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256
                ? null
                : $"{file.Path} has another SHA-256 than what was written";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{file.Path} cannot be read: {exception.Message}";
        }
    }
}
