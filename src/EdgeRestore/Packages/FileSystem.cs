using System.Runtime.InteropServices;

namespace EdgeRestore.Packages;

/// <summary>What .NET does not offer of Linux's file system: flushing folders, and renames that are one step.</summary>
internal static partial class FileSystem
{
    // linux/fcntl.h and linux/fs.h.
    private const int CurrentDirectory = -100;
    private const int OpenReadOnly = 0;
    private const uint RenameExchange = 2;

    public static void FlushDirectory(string path)
    {
        var descriptor = Open(path, OpenReadOnly);
        ThrowIfFailed(descriptor, path);
        try
        {
            ThrowIfFailed(Fsync(descriptor), path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    public static void Rename(string from, string to) => ThrowIfFailed(RenameAt2(from, to, 0), to);

    public static void Exchange(string from, string to) => ThrowIfFailed(RenameAt2(from, to, RenameExchange), to);

    private static int RenameAt2(string from, string to, uint flags) =>
        RenameAt2(CurrentDirectory, from, CurrentDirectory, to, flags);

    private static void ThrowIfFailed(int result, string path)
    {
        if (result < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);
}
