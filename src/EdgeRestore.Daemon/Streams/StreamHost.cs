using EdgeRestore.Daemon.Packages;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Inference;

namespace EdgeRestore.Daemon.Streams;

/// <summary>What all streams share: the package, the right to compute, the limits, the clock. Thread-safe.</summary>
internal sealed class StreamHost : IDisposable
{
    public StreamHost(ServedPackage served, LimitOptions limits, PeerOptions peers, int concurrency, TimeProvider clock)
    {
        Packages = new PackageSwitch(served, clock);
        Limits = limits;
        Peers = peers;
        Clock = clock;
        Tap = new FrameTap(clock);
        StartedAt = clock.GetTimestamp();
        var runs = concurrency > 0 ? concurrency : Device == "cpu" ? 1 : 2;
        Turns = new EngineTurns(runs);

        // A computation keeps a thread of the pool from serving; new ones come too slowly to make up for it.
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + runs), completions);
        Memory = new MemoryBudget((long)limits.FrameMemoryMegabytes << 20, peers.SharePercent);
        CodecGate = new SemaphoreSlim(Environment.ProcessorCount, Environment.ProcessorCount);
        Registry = new StreamRegistry(limits.MaxStreams, peers.SharePercent, clock);
        Metrics.Observe(this);
    }

    /// <summary>What frames are restored with; every frame leases it anew.</summary>
    public PackageSwitch Packages { get; }

    /// <summary>The package's that new streams take, to describe it; frames lease theirs.</summary>
    public Restorer Restorer => Packages.Leading.Restorer;

    public LimitOptions Limits { get; }

    public PeerOptions Peers { get; }

    /// <summary>Where frames are offered to whoever calibrates.</summary>
    public FrameTap Tap { get; init; }

    public TimeProvider Clock { get; }

    public long StartedAt { get; }

    public StreamRegistry Registry { get; }

    public DaemonMetrics Metrics { get; } = new();

    /// <summary>Frames computed at once.</summary>
    public EngineTurns Turns { get; }

    /// <summary>Memory that frames may take.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>Images decoded or encoded at once.</summary>
    public SemaphoreSlim CodecGate { get; }

    /// <summary>What computes: cpu, cuda or tensorrt.</summary>
    public string Device => Packages.Leading.Device;

    public void Dispose()
    {
        Metrics.Dispose();
        Packages.Dispose();
        CodecGate.Dispose();
    }
}
