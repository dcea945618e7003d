using System.Runtime.Versioning;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Frames;

[UnsupportedOSPlatform("windows")]
public sealed class SharedMemoryFileTests
{
    [Fact]
    public void Open_OfAnother_SeesWhatItWrites()
    {
        using var one = SharedMemoryFile.Create(10_000);
        using var other = SharedMemoryFile.Open(one.Name, 10_000);

        one.Slice(9000, 1000).Span.Fill(7);

        Assert.Equal(7, other.Slice(9999, 1).Span[0]);
        Assert.Equal(0, other.Slice(8999, 1).Span[0]);
        Assert.True(other.IsWhole());
    }

    [Fact]
    public void Dispose_OfTheMaker_RemovesTheName()
    {
        var one = SharedMemoryFile.Create(100);
        using (SharedMemoryFile.Open(one.Name, 100))
        {
        }

        Assert.True(File.Exists(PathOf(one)));
        one.Dispose();
        Assert.False(File.Exists(PathOf(one)));
    }

    [Fact]
    public void Create_File_IsThisUsersAlone()
    {
        using var one = SharedMemoryFile.Create(100);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(one)));
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(91, 10)]
    [InlineData(long.MaxValue, 10)]
    [InlineData(0, 101)]
    [InlineData(0, -1)]
    public void Slice_LeavesTheFile_IsRefused(long offset, int length)
    {
        using var one = SharedMemoryFile.Create(100);

        Assert.Throws<ArgumentOutOfRangeException>(() => one.Slice(offset, length));
    }

    [Fact]
    public void IsWhole_FileCutOff_IsFalse()
    {
        using var one = SharedMemoryFile.Create(100);
        using (var file = File.OpenHandle(PathOf(one), access: FileAccess.ReadWrite, share: FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, 99);
        }

        Assert.False(one.IsWhole());
    }

    [Fact]
    public void Open_OthersMayWrite_IsRefused()
    {
        using var one = SharedMemoryFile.Create(100);
        File.SetUnixFileMode(PathOf(one), (UnixFileMode)0x1B6);

        RequireRefused(one.Name, "may be written by other users");
    }

    [Fact]
    public void Open_SymbolicLinkOut_IsRefused()
    {
        var target = Path.GetTempFileName();
        File.WriteAllBytes(target, new byte[200]);
        var link = NewName();
        File.CreateSymbolicLink(Path.Combine(SharedMemoryFile.Directory, link), target);
        try
        {
            RequireRefused(link, "leads out of /dev/shm");
        }
        finally
        {
            File.Delete(Path.Combine(SharedMemoryFile.Directory, link));
            File.Delete(target);
        }
    }

    [Fact]
    public void Open_Folder_IsRefused()
    {
        var name = NewName();
        Directory.CreateDirectory(Path.Combine(SharedMemoryFile.Directory, name));
        try
        {
            RequireRefused(name, name);
        }
        finally
        {
            Directory.Delete(Path.Combine(SharedMemoryFile.Directory, name));
        }
    }

    [Fact]
    public void Create_MoreThanThereIs_SaysSo()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => SharedMemoryFile.Create(1L << 50));

        Assert.Contains("/dev/shm", exception.Message, StringComparison.Ordinal);
    }

    private static string PathOf(SharedMemoryFile file) => Path.Combine(SharedMemoryFile.Directory, file.Name);

    private static string NewName() => $"edgerestore-test-{Guid.NewGuid():N}";

    private static void RequireRefused(string name, string told) => Assert.Contains(
        told,
        Assert.Throws<EdgeRestoreException>(() => SharedMemoryFile.Open(name, 100)).Message,
        StringComparison.Ordinal);
}
