using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Frames;

namespace EdgeRestore.Daemon.Settings;

/// <summary>What a client may send.</summary>
internal sealed record LimitOptions
{
    /// <value>Pixels; 8192.</value>
    [Within(16, 65_500)]
    public int MaxWidth { get; init; } = 8192;

    /// <value>Pixels; 8192.</value>
    [Within(16, 65_500)]
    public int MaxHeight { get; init; } = 8192;

    /// <value>Width times height; 8,912,896, which is 4096x2176.</value>
    [Within(256, 268_435_456)]
    public int MaxPixels { get; init; } = 4096 * 2176;

    /// <value>Bytes of one frame as sent; 33,554,432.</value>
    [Within(1024, 1_073_741_824)]
    public int MaxPayloadBytes { get; init; } = 32 << 20;

    /// <value>Open streams, over all clients; 16.</value>
    [Within(1, 10_000)]
    public int MaxStreams { get; init; } = 16;

    /// <summary>How long a call may hold a stream's place without having opened it.</summary>
    /// <value>Seconds; 10.</value>
    [Within(1, 3600)]
    public int OpenSeconds { get; init; } = 10;

    /// <summary>
    /// Memory that frames may take, of all streams together. A stream reserves what its frames need at most; one alone
    /// gets no more than half.
    /// </summary>
    /// <value>MiB; 1024, which is 15 streams of 1920x1080 RGB.</value>
    [Within(16, 1_048_576)]
    public int FrameMemoryMegabytes { get; init; } = 1024;

    public ImageLimits ImageLimits => new(MaxPixels, Math.Max(MaxWidth, MaxHeight));

    /// <summary>Why a frame of this size is not taken, or null.</summary>
    public string? FindFault(int width, int height, int minSide)
    {
        if (width < minSide || height < minSide)
        {
            return $"The frame is {width}x{height} pixels; each side must be at least {minSide}. Send larger frames.";
        }

        return width > MaxWidth || height > MaxHeight || (long)width * height > MaxPixels
            ? $"The frame is {width}x{height} = {(long)width * height} pixels; allowed are {MaxWidth}x{MaxHeight} and "
                + $"{MaxPixels} pixels. Send smaller frames, or raise Limits:MaxWidth, :MaxHeight, :MaxPixels."
            : null;
    }

    /// <summary>Fields that contradict each other.</summary>
    public IEnumerable<string> FindContradictions()
    {
        var largest = (long)MaxPixels * Frame.GetLengthBytes(1, 1, PixelFormat.Rgb24);
        if (MaxPayloadBytes < MaxPixels / 8)
        {
            yield return $"Limits:MaxPayloadBytes is {MaxPayloadBytes} while Limits:MaxPixels is {MaxPixels}; a frame "
                + $"of that many pixels takes up to {largest} bytes. Raise the one or lower the other.";
        }

        // Else no stream could ever be opened for the largest frames.
        var needed = MemoryBudget.NeedOf(
            largest, largest, largest, keepsPayloads: true, isLive: false, liveDepth: 0) * MemoryBudget.StreamShare;
        if (needed > (long)FrameMemoryMegabytes << 20)
        {
            yield return $"Limits:FrameMemoryMegabytes is {FrameMemoryMegabytes} while Limits:MaxPixels is "
                + $"{MaxPixels}; one stream of such frames needs {needed >> 20} with as much again for others. Raise "
                + "the one or lower the other.";
        }
    }
}
