using EdgeRestore.Packages;

namespace EdgeRestore.Repositories;

/// <summary>A folder of packages, NAME/VERSION each, and the pointer to the one that is served. Thread-safe.</summary>
/// <remarks>
/// A version's folder is whole or not there, and the pointer names the old version or the new one, whenever the process
/// or the machine stops. Several processes may read; one at a time changes it.
/// </remarks>
public sealed partial class PackageRepository
{
    // No package can be called so: names start with a letter or digit.
    private const string IncomingFolder = ".incoming";
    private const string LockFile = ".lock";

    private readonly DurableFiles _files;

    private PackageRepository(string directory, TrustStore? trust, DurableFiles files)
    {
        Directory = directory;
        Trust = trust;
        _files = files;
    }

    public string Directory { get; }

    /// <summary>Whose packages it takes and hands out; null for anybody's.</summary>
    public TrustStore? Trust { get; }

    public string ActivationPath => Path.Combine(Directory, Activation.FileName);

    private string IncomingPath => Path.Combine(Directory, IncomingFolder);

    /// <summary>Opens a repository, made when it is not there, and clears away what an interrupted installation
    /// left.</summary>
    /// <exception cref="PackageException">The folder cannot be made or written.</exception>
    public static PackageRepository Open(string directory, TrustStore? trust = null) =>
        Open(directory, trust, new DurableFiles());

    internal static PackageRepository Open(string directory, TrustStore? trust, DurableFiles files)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var repository = new PackageRepository(Path.GetFullPath(directory), trust, files);
        repository.Change("opened", () =>
        {
            System.IO.Directory.CreateDirectory(repository.IncomingPath);
            repository.Clear();
            return true;
        });
        return repository;
    }

    /// <summary>Every version that is installed, by name, then by version.</summary>
    public IReadOnlyList<StoredPackage> List() =>
    [
        .. from name in System.IO.Directory.EnumerateDirectories(Directory)
           where ManifestRules.IsName(Path.GetFileName(name))
           from version in System.IO.Directory.EnumerateDirectories(name)
           where ManifestRules.IsName(Path.GetFileName(version))
           orderby name, version
           select Describe(new PackageId(Path.GetFileName(name), Path.GetFileName(version))),
    ];

    /// <summary>Opens a version and verifies it: signature, manifest, every file.</summary>
    /// <exception cref="PackageException">It is not there, damaged, or not trusted.</exception>
    public ModelPackage OpenPackage(PackageId id)
    {
        var path = PathOf(id);
        if (!System.IO.Directory.Exists(path))
        {
            var found = List().Select(stored => stored.Id.ToString()).ToArray();
            throw new PackageException(
                $"Package {id} is not in the repository '{Directory}': found "
                + $"{(found.Length == 0 ? "no package" : string.Join(", ", found))}. Install it, or choose one of "
                + "these.");
        }

        var package = ModelPackage.Open(path, Trust);
        return package.Manifest.Name == id.Name && package.Manifest.Version == id.Version
            ? package
            : throw new PackageException(
                $"The folder '{path}' does not hold what it is named for: found {package.Manifest.Name} "
                + $"{package.Manifest.Version}, allowed {id}. Remove it, and install the package again.");
    }

    /// <exception cref="PackageException">The file is damaged.</exception>
    public Activation ReadActivation() => Activation.Read(ActivationPath);

    /// <summary>Replaces the activation in one step.</summary>
    /// <exception cref="PackageException">It cannot be written; the old one holds.</exception>
    public void WriteActivation(Activation activation) => Change("activated", () =>
    {
        _files.Replace(ActivationPath, activation.ToJson());
        return true;
    });

    /// <summary>Removes a version, unless the activation names it.</summary>
    /// <exception cref="PackageException">It is not there, or in use.</exception>
    public void Remove(PackageId id) => Change("removed", () =>
    {
        var activation = ReadActivation();
        if (id == activation.Active || id == activation.Previous)
        {
            throw new PackageException(
                $"Package {id} cannot be removed: it is "
                + $"{(id == activation.Active ? "active" : "what a rollback returns to")}, allowed are versions out of "
                + "use. Activate another first.");
        }

        var path = PathOf(id);
        if (!System.IO.Directory.Exists(path))
        {
            throw new PackageException(
                $"Package {id} is not in the repository '{Directory}': there is nothing to remove.");
        }

        // Out of readers' sight in one step; what is left of it then is cleared away by the next start.
        var doomed = Path.Combine(IncomingPath, Guid.NewGuid().ToString("N"));
        _files.Rename(path, doomed);
        _files.FlushFolder(Path.GetDirectoryName(path)!);
        _files.DeleteFolder(doomed);
        return true;
    });

    private string PathOf(PackageId id) =>
        ManifestRules.IsName(id.Name) && ManifestRules.IsName(id.Version)
            ? Path.Combine(Directory, id.Name, id.Version)
            : throw new PackageException(
                $"'{id}' names no package: allowed are a name and a version of 1 to 64 of a-z, A-Z, 0-9, '.', '_', '+' "
                + "and '-', starting with a letter or digit. Check both.");

    private StoredPackage Describe(PackageId id)
    {
        var path = PathOf(id);
        try
        {
            var bytes = ModelPackage.ReadManifest(path);
            var signer = Trust?.RequireSigner(path, bytes, PackageSignature.Read(path));
            var manifest = ModelPackage.ParseManifest(path, bytes);
            return new StoredPackage(
                id, ModelPackage.IdentityOf(bytes), manifest.Files.Sum(file => file.LengthBytes), signer, null);
        }
        catch (Exception exception) when (exception is PackageException or IOException or UnauthorizedAccessException)
        {
            return new StoredPackage(id, "", 0, null, exception.Message);
        }
    }

    /// <summary>What an installation or a removal that was interrupted left behind.</summary>
    private void Clear()
    {
        foreach (var folder in System.IO.Directory.EnumerateDirectories(IncomingPath))
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }

        foreach (var file in System.IO.Directory.EnumerateFiles(IncomingPath)
            .Concat(System.IO.Directory.EnumerateFiles(Directory, ".*.partial")))
        {
            File.Delete(file);
        }
    }

    /// <summary>Does one change while no other process does.</summary>
    private T Change<T>(string what, Func<T> change)
    {
        try
        {
            System.IO.Directory.CreateDirectory(Directory);

            // Not shared: .NET takes the lock of flock(2), which ends with the process, however that ends.
            using var hold = new FileStream(
                Path.Combine(Directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return change();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The repository '{Directory}' cannot be {what}: {exception.Message} It is as it was; it must be a "
                + "folder that this user may write, with free space, and that no other process changes at this moment.",
                exception);
        }
    }
}
