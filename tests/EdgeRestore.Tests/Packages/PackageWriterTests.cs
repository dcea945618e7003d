using System.Runtime.InteropServices;
using EdgeRestore.Packages;

namespace EdgeRestore.Tests.Packages;

/// <summary>Tests that change limits of the whole process: nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(ProcessLimits), DisableParallelization = true)]
public sealed class ProcessLimits;

[Collection(nameof(ProcessLimits))]
public sealed partial class PackageWriterTests : IDisposable
{
    private readonly PackageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Write_NewFolder_LeavesThePackageAndNothingElse()
    {
        _fixture.Write();

        Assert.Equal(
            ["classifier.onnx", "manifest.json", "noise.onnx", "weights.bin"],
            Directory.EnumerateFiles(_fixture.PackagePath).Select(Path.GetFileName).Order());
        Assert.Equal([_fixture.PackagePath], Directory.EnumerateFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Write_SameContentTwice_GivesTheSameIdentity()
    {
        var first = _fixture.Write();
        var second = PackageWriter.Write(
            Path.Combine(_fixture.Root, "again"), PackageFixture.Manifest, PackageFixture.Contents);

        Assert.Equal(first.Sha256, second.Sha256);
    }

    [Fact]
    public void Write_ExistingPackage_IsRefusedUnlessReplaced()
    {
        _fixture.Write();
        var newer = PackageFixture.Manifest with { Version = "2.0.0" };

        var exception = Assert.Throws<PackageException>(
            () => PackageWriter.Write(_fixture.PackagePath, newer, PackageFixture.Contents));
        Assert.Contains("something there already", exception.Message, StringComparison.Ordinal);
        Assert.Equal("1.0.0", ModelPackage.Open(_fixture.PackagePath).Manifest.Version);

        PackageWriter.Write(_fixture.PackagePath, newer, PackageFixture.Contents, replace: true);
        Assert.Equal("2.0.0", ModelPackage.Open(_fixture.PackagePath).Manifest.Version);
        Assert.Equal([_fixture.PackagePath], Directory.EnumerateFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Write_EmptyFolder_IsTaken()
    {
        Directory.CreateDirectory(_fixture.PackagePath);

        Assert.Equal("1.0.0", _fixture.Write().Manifest.Version);
    }

    [Fact]
    public void Write_ReplacingAFolderThatIsNoPackage_IsRefused()
    {
        Directory.CreateDirectory(_fixture.PackagePath);
        var precious = Path.Combine(_fixture.PackagePath, "thesis.txt");
        File.WriteAllText(precious, "ten years");

        var exception = Assert.Throws<PackageException>(() => PackageWriter.Write(
            _fixture.PackagePath, PackageFixture.Manifest, PackageFixture.Contents, replace: true));

        Assert.Contains("cannot be replaced", exception.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(precious));
    }

    [Fact]
    public void Write_PathLeavingTheFolder_IsRefused()
    {
        var exception = Assert.Throws<PackageException>(() => PackageWriter.Write(
            _fixture.PackagePath, PackageFixture.Manifest, [PackageContent.FromBytes("../evil", new byte[1])]));

        Assert.Contains("'../evil'", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Write_ContentThrows_LeavesNothingBehind()
    {
        var contents = PackageFixture.Contents.Append(
            new PackageContent("extra.bin", _ => throw new InvalidOperationException("source broke"))).ToArray();

        Assert.Throws<InvalidOperationException>(
            () => PackageWriter.Write(_fixture.PackagePath, PackageFixture.Manifest, contents));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Write_DiskEndsMidway_KeepsTheOldPackageAndLeavesNothingBehind()
    {
        _fixture.Write();
        var contents = PackageFixture.Contents.Append(
            PackageContent.FromBytes("large.bin", new byte[64 << 20])).ToArray();

        // The kernel refuses every write past the limit: as on a full disk, write(2) fails in the middle of a file.
        using (FileSizeLimit.Set(32 << 20))
        {
            var exception = Assert.Throws<PackageException>(() => PackageWriter.Write(
                _fixture.PackagePath, PackageFixture.Manifest with { Version = "2.0.0" }, contents, replace: true));

            Assert.Contains("cannot be written", exception.Message, StringComparison.Ordinal);
            Assert.Contains("free space", exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal("1.0.0", ModelPackage.Open(_fixture.PackagePath).Manifest.Version);
        Assert.Equal([_fixture.PackagePath], Directory.EnumerateFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Write_FullDevice_SaysNoSpace()
    {
        var contents = PackageFixture.Contents.Append(new PackageContent("full.bin", _ =>
        {
            using var full = new FileStream(
                "/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write(new byte[1]);
        })).ToArray();

        var exception = Assert.Throws<PackageException>(
            () => PackageWriter.Write(_fixture.PackagePath, PackageFixture.Manifest, contents));

        Assert.Contains("No space left on device", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_fixture.Root));
    }

    /// <summary>RLIMIT_FSIZE of this process, with the signal that comes with it ignored.</summary>
    private sealed partial class FileSizeLimit : IDisposable
    {
        // sys/resource.h and signal.h of Linux.
        private const int FileSize = 1;
        private const int SignalFileSize = 25;

        private readonly PosixSignalRegistration _ignored =
            PosixSignalRegistration.Create((PosixSignal)SignalFileSize, context => context.Cancel = true);

        private readonly Limit _before;

        private FileSizeLimit(ulong bytes)
        {
            Assert.Equal(0, GetLimit(FileSize, out _before));
            var limit = _before with { Soft = bytes };
            Assert.Equal(0, SetLimit(FileSize, in limit));
        }

        public static FileSizeLimit Set(ulong bytes) => new(bytes);

        public void Dispose()
        {
            Assert.Equal(0, SetLimit(FileSize, in _before));
            _ignored.Dispose();
        }

        [LibraryImport("libc", EntryPoint = "getrlimit")]
        private static partial int GetLimit(int resource, out Limit limit);

        [LibraryImport("libc", EntryPoint = "setrlimit")]
        private static partial int SetLimit(int resource, in Limit limit);

        private record struct Limit(ulong Soft, ulong Hard);
    }
}
