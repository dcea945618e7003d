using EdgeRestore.Frames;
using Microsoft.Win32.SafeHandles;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>
/// A part of a file in <c>/dev/shm</c> that a client has registered. It is read and written by calls and never mapped,
/// so whoever cuts the file off gets an error and does the daemon no harm. Thread-safe.
/// </summary>
/// <param name="Name">The client's.</param>
/// <param name="Key">The file, as the client named it.</param>
/// <param name="Offset">Where the region begins in the file.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="File">Closed when the region goes; a use that has begun ends first.</param>
internal sealed record SharedRegion(string Name, string Key, long Offset, long LengthBytes, SafeFileHandle File)
    : IDisposable
{
    /// <exception cref="Grpc.Core.RpcException">It is not there, or not what may be registered.</exception>
    public static SharedRegion Open(string name, string key, ulong offset, ulong lengthBytes, uint ownerId)
    {
        if (lengthBytes is 0 or > long.MaxValue || offset > long.MaxValue - lengthBytes)
        {
            throw InferenceInput.Fault(
                $"The region has {lengthBytes} bytes from {offset} on; allowed is at least one, within the file. "
                    + "Correct it.");
        }

        try
        {
            // shm_open takes a name with a slash before it, which is none of the file's name.
            var file = SharedMemoryFile.OpenFile(
                key.StartsWith('/') ? key[1..] : key, (long)(offset + lengthBytes), ownerId);
            return new SharedRegion(name, key, (long)offset, (long)lengthBytes, file);
        }
        catch (EdgeRestoreException exception)
        {
            throw InferenceInput.Fault(exception.Message);
        }
    }

    /// <exception cref="Grpc.Core.RpcException">The file is shorter by now, or the region was unregistered.</exception>
    public byte[] Read(long offset, int lengthBytes)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(lengthBytes);
        Use(() =>
        {
            for (var done = 0; done < lengthBytes;)
            {
                var count = RandomAccess.Read(File, bytes.AsSpan(done), Offset + offset + done);
                done += count > 0 ? count : throw Shorter();
            }
        });
        return bytes;
    }

    /// <exception cref="Grpc.Core.RpcException">The file is shorter by now, or the region was unregistered.</exception>
    public void Write(long offset, ReadOnlyMemory<byte> bytes) => Use(() =>
    {
        // Writing beyond its end would make it longer again.
        if (RandomAccess.GetLength(File) < Offset + LengthBytes)
        {
            throw Shorter();
        }

        RandomAccess.Write(File, bytes.Span, Offset + offset);
    });

    public void Dispose() => File.Dispose();

    private IOException Shorter() => new($"the file is shorter than the {Offset + LengthBytes} bytes it was registered "
        + "with");

    private void Use(Action use)
    {
        try
        {
            use();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw InferenceInput.Fault(
                $"Shared memory '{Name}' cannot be used: {exception.Message}. Leave its size alone while it is "
                    + "registered.");
        }
        catch (ObjectDisposedException)
        {
            throw InferenceInput.Fault(
                $"Shared memory '{Name}' was unregistered while a request used it. Wait for the answer first.");
        }
    }
}
