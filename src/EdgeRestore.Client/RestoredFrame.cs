using EdgeRestore.Degradations;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Client;

/// <summary>The daemon's answer to one frame: the restored frame, or why there is none.</summary>
public sealed record RestoredFrame
{
    /// <summary>The number that <see cref="RestoreStream.SendAsync"/> gave the frame.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>As sent.</summary>
    public required long TimestampNs { get; init; }

    /// <value>None when the frame was restored or passed through; otherwise whose fault it is that it was not.</value>
    public RestoreError Error { get; init; }

    /// <summary>What, found, allowed and remedy, of an error or of a result that was no picture; else empty.</summary>
    public string Message { get; init; } = "";

    /// <summary>Pixels or one image file, as the stream's output says; empty on an error.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The slot of shared memory in which <see cref="Payload"/> lies; null for a frame that came in a
    /// message.</summary>
    public int? Slot { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>What the classifier found, or the fixed route.</summary>
    public Degradations.Degradation Route { get; init; }

    /// <value>0–1.</value>
    public float Confidence { get; init; }

    /// <summary>Whether the frame came back as it was sent; converted, where the output is of another layout or
    /// codec.</summary>
    public bool Bypassed { get; init; }

    /// <value>None for a frame that was restored, and where the daemon knows a reason that is not known here.</value>
    public BypassReason BypassReason { get; init; }

    /// <summary>Frames that a LIVE stream dropped since the reply before.</summary>
    public ulong DroppedCount { get; init; }

    /// <summary>The newest of them by name, at most 64.</summary>
    public IReadOnlyList<DroppedFrame> Dropped { get; init; } = [];

    /// <summary>Where the time went in the daemon; null on an error.</summary>
    public FrameTimings? Timings { get; init; }
}
