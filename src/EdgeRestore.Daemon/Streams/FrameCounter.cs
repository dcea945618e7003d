using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Streams;

/// <summary>What became of frames, of one stream or of all. Thread-safe.</summary>
internal sealed class FrameCounter(FrameCounter? total = null)
{
    private ulong _received;
    private ulong _restored;
    private ulong _bypassed;
    private ulong _failed;
    private ulong _dropped;

    public void AddReceived()
    {
        Interlocked.Increment(ref _received);
        total?.AddReceived();
    }

    public void AddRestored()
    {
        Interlocked.Increment(ref _restored);
        total?.AddRestored();
    }

    public void AddBypassed()
    {
        Interlocked.Increment(ref _bypassed);
        total?.AddBypassed();
    }

    public void AddFailed()
    {
        Interlocked.Increment(ref _failed);
        total?.AddFailed();
    }

    public void AddDropped()
    {
        Interlocked.Increment(ref _dropped);
        total?.AddDropped();
    }

    public FrameCounts Read() => new()
    {
        Received = Interlocked.Read(ref _received),
        Restored = Interlocked.Read(ref _restored),
        Bypassed = Interlocked.Read(ref _bypassed),
        Failed = Interlocked.Read(ref _failed),
        Dropped = Interlocked.Read(ref _dropped),
    };
}
