using EdgeRestore.Packages;
using EdgeRestore.Repositories;
using EdgeRestore.Tests.Packages;

namespace EdgeRestore.Tests.Repositories;

/// <summary>A temporary folder with a repository and packages to install.</summary>
internal sealed class RepositoryFixture : IDisposable
{
    public const string Name = "test";

    private readonly TemporaryFolder _folder = new();

    public string Root => _folder.Path;

    public string RepositoryPath => Path.Combine(Root, "repository");

    public static PackageId Version(string version) => new(Name, version);

    /// <summary>Writes a package to install; versions differ in their files too.</summary>
    public string WritePackage(string version)
    {
        var path = Path.Combine(Root, $"package-{version}");
        if (!Directory.Exists(path))
        {
            PackageContent[] contents =
            [
                PackageContent.FromBytes("weights.bin", Enumerable.Repeat((byte)version.Sum(c => c), 1000).ToArray()),
                .. PackageFixture.Contents.Skip(1).Select((content, index) => index == 0 ? content
                    : PackageContent.FromBytes("graphs/noise.onnx", PackageFixture.GraphWithWeightsFrom("noise.bin"))),
                PackageContent.FromBytes("graphs/noise.bin", new byte[10]),
            ];
            var manifest = PackageFixture.Manifest;
            PackageWriter.Write(
                path,
                manifest with { Version = version, Routes = [manifest.Routes[0] with { File = "graphs/noise.onnx" }] },
                contents);
        }

        return path;
    }

    public PackageRepository Open(DurableFiles? files = null, TrustStore? trust = null) =>
        PackageRepository.Open(RepositoryPath, trust, files ?? new DurableFiles());

    public void Dispose() => _folder.Dispose();
}

/// <summary>A folder in memory that goes with the test: these flush at every step, time and again.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string MemoryFolder = "/dev/shm";

    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(
        Directory.Exists(MemoryFolder) ? MemoryFolder : System.IO.Path.GetTempPath(),
        $"edgerestore-repository-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
