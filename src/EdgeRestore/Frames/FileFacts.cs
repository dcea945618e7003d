using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeRestore.Frames;

/// <summary>What Linux knows of a file, by statx(2), whose structure is the same on every processor.</summary>
internal readonly partial record struct FileFacts(
    bool IsRegular, bool IsWritableByOthers, uint LinkCount, uint UserId, ulong Device, ulong Inode)
{
    // statx(2), inode(7): linux/stat.h, linux/fcntl.h.
    private const int CurrentFolder = -100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int WriteByGroupOrOthers = 0x12;

    /// <exception cref="IOException">It cannot be asked.</exception>
    public static FileFacts Of(SafeFileHandle file)
    {
        var isAdded = false;
        try
        {
            file.DangerousAddRef(ref isAdded);
            return Of((int)file.DangerousGetHandle(), "", EmptyPath);
        }
        finally
        {
            if (isAdded)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <exception cref="IOException">It cannot be asked.</exception>
    public static FileFacts Of(string path) => Of(CurrentFolder, path, 0);

    /// <summary>What two paths have in common that lead to one file, over whatever links; null where it leads
    /// nowhere.</summary>
    public static (ulong Device, ulong Inode)? IdentityOf(string path)
    {
        try
        {
            var found = Of(path);
            return (found.Device, found.Inode);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static FileFacts Of(int folder, string path, int flags)
    {
        if (StatX(folder, path, flags, BasicStats, out var found) != 0)
        {
            throw new IOException($"statx failed with error {Marshal.GetLastPInvokeError()}.");
        }

        return new FileFacts(
            (found.Mode & TypeMask) == RegularFile,
            (found.Mode & WriteByGroupOrOthers) != 0,
            found.LinkCount,
            found.UserId,
            ((ulong)found.DeviceMajor << 32) | found.DeviceMinor,
            found.Inode);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out Native found);

    // struct statx: 256 bytes.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Native
    {
        [FieldOffset(16)]
        public uint LinkCount;

        [FieldOffset(20)]
        public uint UserId;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
