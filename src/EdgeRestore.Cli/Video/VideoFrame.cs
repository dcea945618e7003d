using System.Buffers;

namespace EdgeRestore.Cli.Video;

/// <summary>One frame's bytes as the video has them, and when it is shown. Whoever holds it disposes it.</summary>
internal sealed class VideoFrame : IDisposable
{
    private byte[]? _buffer;

    public VideoFrame(int lengthBytes, long timestampNs)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(lengthBytes);
        LengthBytes = lengthBytes;
        TimestampNs = timestampNs;
    }

    public int LengthBytes { get; }

    /// <summary>From the start of the video.</summary>
    public long TimestampNs { get; set; }

    public Memory<byte> Bytes =>
        (_buffer ?? throw new ObjectDisposedException(nameof(VideoFrame))).AsMemory(0, LengthBytes);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
