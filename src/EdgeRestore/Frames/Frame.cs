namespace EdgeRestore.Frames;

/// <summary>One image in host memory: width, height, pixel format and pooled bytes.</summary>
/// <remarks>
/// Whoever rents a frame owns and disposes it; disposing gives the bytes back to the pool. Not thread-safe.
/// </remarks>
public sealed class Frame : IDisposable
{
    private byte[]? _buffer;

    private Frame(byte[] buffer, int width, int height, PixelFormat format, int lengthBytes)
    {
        _buffer = buffer;
        Width = width;
        Height = height;
        Format = format;
        LengthBytes = lengthBytes;
    }

    public int Width { get; }

    public int Height { get; }

    public PixelFormat Format { get; }

    public int LengthBytes { get; }

    /// <summary>The frame's bytes, rows top to bottom, without padding.</summary>
    public Span<byte> Pixels => Buffer.AsSpan(0, LengthBytes);

    /// <summary>The same bytes for use across awaits.</summary>
    public Memory<byte> Memory => Buffer.AsMemory(0, LengthBytes);

    /// <summary>The pooled array itself, possibly longer than the frame, and pinned: for natives that take pointers.</summary>
    public byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(Frame));

    /// <summary>Rents a frame with undefined content.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is not positive, or odd for a format with halved chroma.
    /// </exception>
    public static Frame Rent(int width, int height, PixelFormat format)
    {
        var lengthBytes = GetLengthBytes(width, height, format);
        return new Frame(FrameMemory.Rent(lengthBytes), width, height, format, lengthBytes);
    }

    /// <summary>Makes a frame of bytes that already lie in an array from <see cref="FrameMemory"/>.</summary>
    /// <param name="buffer">The frame's bytes from its start on; the frame's own from now on.</param>
    /// <exception cref="ArgumentException">The array is shorter than such a frame.</exception>
    public static Frame Adopt(byte[] buffer, int width, int height, PixelFormat format)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        var lengthBytes = GetLengthBytes(width, height, format);
        return buffer.Length >= lengthBytes
            ? new Frame(buffer, width, height, format, lengthBytes)
            : throw new ArgumentException(
                $"The array has {buffer.Length} bytes; a {format} frame of {width}x{height} has {lengthBytes}.",
                nameof(buffer));
    }

    /// <summary>Bytes that a frame of this size takes.</summary>
    public static int GetLengthBytes(int width, int height, PixelFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var pixels = (long)width * height;
        var length = format switch
        {
            PixelFormat.Rgb24 or PixelFormat.Bgr24 => pixels * 3,
            PixelFormat.Gray8 => pixels,
            PixelFormat.Nv12 or PixelFormat.I420 when width % 2 == 0 && height % 2 == 0 => pixels * 3 / 2,
            PixelFormat.Nv12 or PixelFormat.I420 => throw new ArgumentOutOfRangeException(
                nameof(width), $"{format} halves chroma, so width and height must be even; found {width}x{height}."),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown pixel format."),
        };
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength, nameof(width));
        return (int)length;
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
