namespace EdgeRestore.Cli.Video;

/// <summary>What became of one frame; who takes it disposes the frame.</summary>
internal readonly record struct VideoAnswer
{
    /// <summary>Restored; where that failed, as it came.</summary>
    public required VideoFrame Frame { get; init; }

    /// <value>null: none, the frame was restored or passed through.</value>
    public string? Error { get; init; }

    public string Route { get; init; }

    public float Confidence { get; init; }

    public bool Bypassed { get; init; }

    /// <summary>In this process: classifying and restoring; through a daemon: from sending to having it back.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Frames that were dropped since the answer before.</summary>
    public long DroppedCount { get; init; }
}
