namespace EdgeRestore.Daemon.Settings;

/// <summary>Whether, and how many, copies of streams' frames are handed out to whoever calibrates.</summary>
internal sealed record TapOptions
{
    /// <summary>Consent of whoever runs the daemon; without it frames go to nobody but their sender.</summary>
    /// <value>false.</value>
    public bool Allowed { get; init; }

    /// <summary>Most frames that are copied in a second, over all streams.</summary>
    /// <value>2: neighbours are alike.</value>
    [Within(1, 1000)]
    public int FramesPerSecond { get; init; } = 2;

    /// <value>Most frames of one call; 512.</value>
    [Within(1, 65_536)]
    public int MaxFrames { get; init; } = 512;

    /// <value>Most MiB of one call; 2,048: 340 frames of 1920x1080.</value>
    [Within(1, 1_048_576)]
    public int MaxMegabytes { get; init; } = 2048;
}
