namespace EdgeRestore.Frames;

/// <summary>A message's or a file's bytes in pooled memory. Whoever rents them owns and disposes them.</summary>
public sealed class PooledBytes : IDisposable
{
    private byte[]? _buffer;

    private PooledBytes(byte[] buffer, int length)
    {
        _buffer = buffer;
        Length = length;
    }

    public int Length { get; }

    public Span<byte> Span => Buffer.AsSpan(0, Length);

    public Memory<byte> Memory => Buffer.AsMemory(0, Length);

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(PooledBytes));

    /// <summary>Rents bytes with undefined content.</summary>
    public static PooledBytes Rent(int length) => new(FrameMemory.Rent(length), length);

    /// <summary>Turns the bytes into the frame that they are, without a copy; nothing is left here to
    /// dispose.</summary>
    /// <exception cref="ArgumentException">They are fewer than such a frame has.</exception>
    public Frame ToFrame(int width, int height, PixelFormat format)
    {
        var expected = Frame.GetLengthBytes(width, height, format);
        if (Length < expected)
        {
            throw new ArgumentException(
                $"There are {Length} bytes; a {format} frame of {width}x{height} has {expected}.");
        }

        var buffer = Interlocked.Exchange(ref _buffer, null) ?? throw new ObjectDisposedException(nameof(PooledBytes));
        return Frame.Adopt(buffer, width, height, format);
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, null);
        if (buffer is not null)
        {
            FrameMemory.Return(buffer);
        }
    }
}
