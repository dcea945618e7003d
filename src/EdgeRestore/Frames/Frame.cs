namespace EdgeRestore.Frames;

/// <summary>One image in host memory: width, height, pixel format and bytes.</summary>
/// <remarks>
/// Whoever rents a frame owns and disposes it; disposing gives the bytes back to the pool. They never move. Not
/// thread-safe.
/// </remarks>
public sealed class Frame : IDisposable
{
    private readonly Memory<byte> _memory;
    private byte[]? _rented;
    private bool _isDisposed;

    private Frame(Memory<byte> memory, byte[]? rented, int width, int height, PixelFormat format)
    {
        _memory = memory;
        _rented = rented;
        Width = width;
        Height = height;
        Format = format;
    }

    public int Width { get; }

    public int Height { get; }

    public PixelFormat Format { get; }

    public int LengthBytes => _memory.Length;

    /// <summary>The frame's bytes, rows top to bottom, without padding.</summary>
    public Span<byte> Pixels => Memory.Span;

    /// <summary>The same bytes for use across awaits.</summary>
    public Memory<byte> Memory => !_isDisposed ? _memory : throw new ObjectDisposedException(nameof(Frame));

    /// <summary>Rents a frame with undefined content.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is not positive, or odd for a format with halved chroma.
    /// </exception>
    public static Frame Rent(int width, int height, PixelFormat format) =>
        Adopt(FrameMemory.Rent(GetLengthBytes(width, height, format)), width, height, format);

    /// <summary>Makes a frame of bytes that already lie in an array from <see cref="FrameMemory"/>.</summary>
    /// <param name="buffer">The frame's bytes from its start on; the frame's own from now on.</param>
    /// <exception cref="ArgumentException">The array is shorter than such a frame.</exception>
    public static Frame Adopt(byte[] buffer, int width, int height, PixelFormat format)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        var lengthBytes = GetLengthBytes(width, height, format);
        Require(buffer.Length, lengthBytes, width, height, format);
        return new Frame(buffer.AsMemory(0, lengthBytes), buffer, width, height, format);
    }

    /// <summary>Makes a frame of bytes that belong to somebody else and outlive it.</summary>
    /// <param name="memory">The frame's bytes from its start on; they must not move.</param>
    /// <exception cref="ArgumentException">There are fewer bytes than such a frame has.</exception>
    public static Frame Wrap(Memory<byte> memory, int width, int height, PixelFormat format)
    {
        var lengthBytes = GetLengthBytes(width, height, format);
        Require(memory.Length, lengthBytes, width, height, format);
        return new Frame(memory[..lengthBytes], null, width, height, format);
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
            PixelFormat.Gray10Le or PixelFormat.Gray16Le => pixels * 2,
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
        _isDisposed = true;
        var rented = Interlocked.Exchange(ref _rented, null);
        if (rented is not null)
        {
            FrameMemory.Return(rented);
        }
    }

    private static void Require(int found, int expected, int width, int height, PixelFormat format)
    {
        if (found < expected)
        {
            throw new ArgumentException(
                $"There are {found} bytes; a {format} frame of {width}x{height} has {expected}.");
        }
    }
}
