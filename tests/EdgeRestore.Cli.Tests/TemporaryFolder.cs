using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests;

/// <summary>A folder outside the source tree that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgerestore-tests-").FullName;

    /// <summary>Folder of a package whose routes add known levels, written when it is asked for.</summary>
    public string Package
    {
        get
        {
            var path = System.IO.Path.Combine(Path, "package");
            if (!Directory.Exists(path))
            {
                new TestPackage().Write(path);
            }

            return path;
        }
    }

    public string File(params string[] parts)
    {
        var file = System.IO.Path.Combine([Path, .. parts]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
