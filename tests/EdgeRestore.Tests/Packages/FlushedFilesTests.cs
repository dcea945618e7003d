using System.Globalization;
using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Tests.Packages;

/// <summary>
/// What is written is on the disk before it is called written: the kernel counts the bytes of deleted files that never
/// went there, thread by thread.
/// </summary>
public sealed class FlushedFilesTests : IDisposable
{
    // Not in memory, where there is nothing to flush.
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-flushed-").FullName;

    private string PackagePath => Path.Combine(_folder, "package");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [WriteAccountingFact]
    public void Write_Package_IsOnTheDisk()
    {
        PackageWriter.Write(PackagePath, PackageFixture.Manifest, PackageFixture.Contents);

        Assert.Equal(0, UnwrittenBytes(() => Directory.Delete(PackagePath, recursive: true)));
    }

    [WriteAccountingFact]
    public void Install_Package_IsOnTheDisk()
    {
        PackageWriter.Write(PackagePath, PackageFixture.Manifest, PackageFixture.Contents);
        var repository = PackageRepository.Open(Path.Combine(_folder, "repository"));
        var installed = repository.OpenPackage(repository.Install(PackagePath).Id).Directory;

        Assert.Equal(0, UnwrittenBytes(() => Directory.Delete(installed, recursive: true)));
    }

    [WriteAccountingFact]
    public void Pack_Package_IsOnTheDisk()
    {
        PackageWriter.Write(PackagePath, PackageFixture.Manifest, PackageFixture.Contents);
        var file = Path.Combine(_folder, "package.tar");
        PackageArchive.Pack(PackagePath, file);

        Assert.Equal(0, UnwrittenBytes(() => File.Delete(file)));
    }

    // proc(5): of process-input/output, what truncating dirty pages kept from being written.
    private static long UnwrittenBytes(Action delete)
    {
        var before = Read();
        delete();
        return Read() - before;

        static long Read() => long.Parse(
            File.ReadLines("/proc/thread-self/io")
                .Last(line => line.StartsWith("cancelled_write_bytes:", StringComparison.Ordinal))
                .Split(' ')[1],
            CultureInfo.InvariantCulture);
    }

    /// <summary>Skipped where the kernel does not count, or temporary files are in memory.</summary>
    private sealed class WriteAccountingFactAttribute : FactAttribute
    {
        private static readonly Lazy<bool> IsCounted = new(() =>
        {
            try
            {
                // CreateNew, for ext4 flushes a file that was truncated when it is closed.
                var file = Path.Combine(Path.GetTempPath(), $"edgerestore-unwritten-{Guid.NewGuid():N}");
                using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write))
                {
                    stream.Write(new byte[100_000]);
                }

                return UnwrittenBytes(() => File.Delete(file)) >= 100_000;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });

        public WriteAccountingFactAttribute()
        {
            if (!IsCounted.Value)
            {
                Skip = "The kernel does not count unwritten bytes of temporary files here.";
            }
        }
    }
}
