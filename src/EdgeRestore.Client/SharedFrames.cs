using EdgeRestore.Frames;

namespace EdgeRestore.Client;

/// <summary>
/// Memory for frames and their results that a daemon on the same machine works on in place: no frame is copied or sent.
/// </summary>
/// <remarks>
/// Slots are the caller's to hand out: one is free again when its frame has been answered, or named as dropped, and the
/// result has been read. Belongs to one stream at a time, and is disposed after it.
/// </remarks>
public sealed class SharedFrames : IDisposable
{
    private readonly SharedMemoryFile _file;

    private SharedFrames(SharedMemoryFile file, int slotCount, int frameLengthBytes, int replyLengthBytes)
    {
        _file = file;
        SlotCount = slotCount;
        FrameLengthBytes = frameLengthBytes;
        ReplyLengthBytes = replyLengthBytes;
    }

    public int SlotCount { get; }

    public int FrameLengthBytes { get; }

    public int ReplyLengthBytes { get; }

    internal string Name => _file.Name;

    internal long SizeBytes => _file.SizeBytes;

    /// <summary>Makes memory for so many frames in flight.</summary>
    /// <param name="slotCount">As many as may be unanswered, and one more where a result is read while others are
    /// computed.</param>
    /// <param name="frameLengthBytes">Of the largest frame as sent.</param>
    /// <param name="replyLengthBytes">Of the largest result.</param>
    /// <exception cref="EdgeRestoreException">There is no room for it in <c>/dev/shm</c>.</exception>
    public static SharedFrames Create(int slotCount, int frameLengthBytes, int replyLengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slotCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameLengthBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(replyLengthBytes, 1);
        var sizeBytes = slotCount * ((long)frameLengthBytes + replyLengthBytes);
        return new SharedFrames(SharedMemoryFile.Create(sizeBytes), slotCount, frameLengthBytes, replyLengthBytes);
    }

    /// <summary>Where a slot's frame is written before it is sent.</summary>
    public Memory<byte> GetFrame(int slot) => _file.Slice(GetFrameOffset(slot), FrameLengthBytes);

    internal long GetFrameOffset(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, SlotCount);
        return slot * ((long)FrameLengthBytes + ReplyLengthBytes);
    }

    internal long GetReplyOffset(int slot) => GetFrameOffset(slot) + FrameLengthBytes;

    internal int FindSlot(ulong replyOffset) =>
        (int)(replyOffset / ((ulong)FrameLengthBytes + (ulong)ReplyLengthBytes));

    internal Memory<byte> GetResult(ulong offset, ulong length) => _file.Slice((long)offset, (int)length);

    public void Dispose() => _file.Dispose();
}
