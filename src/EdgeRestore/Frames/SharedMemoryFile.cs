using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeRestore.Frames;

/// <summary>
/// POSIX shared memory through which programs on one machine hand frames to each other without copying them: a file in
/// <c>/dev/shm</c>, mapped.
/// </summary>
/// <remarks>
/// Who opens another program's file trusts nothing in it. It must belong to the same user and be writable by nobody else,
/// since who can write a file can cut it off, and touching what was cut off ends a process; and its length is looked at
/// again before every use, which catches a program that does so by mistake. Thread-safe.
/// </remarks>
public sealed partial class SharedMemoryFile : IDisposable
{
    /// <summary>Where names live.</summary>
    public const string Directory = "/dev/shm";

    public const int MaxNameLength = 64;

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _mapping;
    private readonly Mapped _memory;
    private readonly bool _isOwner;

    private unsafe SharedMemoryFile(string name, SafeFileHandle file, long sizeBytes, bool isOwner)
    {
        Name = name;
        SizeBytes = sizeBytes;
        _file = file;
        _isOwner = isOwner;
        _mapping = MemoryMappedFile.CreateFromFile(
            file, null, sizeBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _memory = new Mapped(_mapping.CreateViewAccessor(0, sizeBytes));
    }

    public string Name { get; }

    public long SizeBytes { get; }

    /// <summary>Makes a file that only this user may open; disposing it removes the name.</summary>
    /// <exception cref="EdgeRestoreException">There is no room in <c>/dev/shm</c>, or no such folder.</exception>
    public static SharedMemoryFile Create(long sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBytes, 1);
        var name = $"edgerestore-{Guid.NewGuid():N}";
        var path = Path.Combine(Directory, name);
        try
        {
            // Takes the room at once: a full /dev/shm shows here, and not when a frame is written.
            var file = File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, preallocationSize: sizeBytes);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            RandomAccess.SetLength(file, sizeBytes);
            return new SharedMemoryFile(name, file, sizeBytes, isOwner: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(path);
            throw new EdgeRestoreException(
                $"Cannot make shared memory of {sizeBytes} bytes in {Directory}: {exception.Message} Free some room there "
                + "or mount it larger (df -h /dev/shm), or send frames in messages.",
                exception);
        }
    }

    /// <summary>The user that this process runs as.</summary>
    public static uint CurrentUserId => GetEffectiveUserId();

    /// <summary>Opens the file of another program, and maps it.</summary>
    /// <exception cref="EdgeRestoreException">It is not there, or not such a file; the message is fit for its owner.</exception>
    public static SharedMemoryFile Open(string name, long sizeBytes)
    {
        var file = OpenFile(name, sizeBytes, CurrentUserId, isMapped: true);
        try
        {
            return new SharedMemoryFile(name, file, sizeBytes, isOwner: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file of another program, to read and write it by calls: cutting it off then harms nobody.</summary>
    /// <param name="name">In <c>/dev/shm</c>.</param>
    /// <param name="sizeBytes">That it must have at least.</param>
    /// <param name="ownerId">The user whose file it must be.</param>
    /// <exception cref="EdgeRestoreException">It is not there, or not such a file; the message is fit for its owner.</exception>
    public static SafeFileHandle OpenFile(string name, long sizeBytes, uint ownerId) =>
        OpenFile(name, sizeBytes, ownerId, isMapped: false);

    private static SafeFileHandle OpenFile(string name, long sizeBytes, uint ownerId, bool isMapped)
    {
        if (name.Length is 0 or > MaxNameLength || name[0] == '.' || !name.All(IsNameCharacter))
        {
            throw new EdgeRestoreException(
                $"A name of shared memory has 1 to {MaxNameLength} letters, digits, '-', '_' and '.', and does not begin "
                + "with '.'. Choose such a one; it is a file in /dev/shm.");
        }

        if (sizeBytes < 1)
        {
            throw new EdgeRestoreException($"Shared memory '{name}' is to have {sizeBytes} bytes; allowed is at least 1.");
        }

        var path = Path.Combine(Directory, name);
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            Require(file, name, ownerId, isMapped);
            var found = RandomAccess.GetLength(file);
            return found >= sizeBytes
                ? file
                : throw new EdgeRestoreException(
                    $"Shared memory '{name}' has {found} bytes; {sizeBytes} were announced. Make it that large first.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new EdgeRestoreException(
                $"Shared memory '{name}' cannot be opened: {exception.Message} Make the file in {Directory} as the user "
                + "that the other side runs as, before its name is given.",
                exception);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Part of the memory; what its bytes are may change at any time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It leaves the file.</exception>
    public Memory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, SizeBytes - length);
        return new MappedRange(_memory, offset, length).Memory;
    }

    /// <summary>Whether the file is still as long as it was.</summary>
    public bool IsWhole() => RandomAccess.GetLength(_file) >= SizeBytes;

    public void Dispose()
    {
        if (_isOwner)
        {
            File.Delete(Path.Combine(Directory, Name));
        }

        _memory.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }

    private static bool IsNameCharacter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    // A symbolic link would lead to another file system's files, a second name to a file that belongs to something else.
    private static void Require(SafeFileHandle file, string name, uint ownerId, bool isMapped)
    {
        var found = FileFacts.Of(file);
        var folder = FileFacts.Of(Directory);
        var fault = found switch
        {
            { IsRegular: false } => "is no plain file",
            _ when found.Device != folder.Device => $"leads out of {Directory}",
            { LinkCount: not 1 } => $"has {found.LinkCount} names",
            _ when found.UserId != ownerId => $"belongs to user {found.UserId}",
            { IsWritableByOthers: true } when isMapped => "may be written by other users",
            _ => null,
        };
        if (fault is not null)
        {
            throw new EdgeRestoreException(
                $"Shared memory '{name}' {fault}; allowed is a plain file of one name in {Directory} that belongs to user "
                + $"{ownerId}{(isMapped ? " and that nobody else may write" : "")}. Make it so (mode 0600), or send frames in "
                + "messages.");
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    /// <summary>A view's pointer, held until disposed.</summary>
    private sealed unsafe class Mapped : IDisposable
    {
        private readonly MemoryMappedViewAccessor _view;

        public Mapped(MemoryMappedViewAccessor view)
        {
            _view = view;
            byte* pointer = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            Pointer = pointer + view.PointerOffset;
        }

        public byte* Pointer { get; }

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
    }

    private sealed unsafe class MappedRange(Mapped mapped, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(mapped.Pointer + offset, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(mapped.Pointer + offset + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
