namespace EdgeRestore.Protocol;

/// <summary>Ranges and defaults that <c>restore.proto</c> states.</summary>
public static class WireLimits
{
    public const int MaxStreamNameLength = 64;

    public const int MaxLiveDepth = 16;

    public const int DefaultLiveDepth = 1;

    public const int MaxFrameDeadlineMs = 600_000;

    public const int MaxClassifyEveryFrames = 1000;

    public const int DefaultClassifyEveryFrames = 8;

    public const int MaxQuality = 100;

    public const int DefaultQuality = 90;

    public const float DefaultStrength = 1;

    /// <summary>Dropped frames that one reply names; it counts them all.</summary>
    public const int MaxDroppedNamed = 64;

    /// <summary>What a message may be larger than its payload before the transport refuses it.</summary>
    public const int MessageOverheadBytes = 64 * 1024;
}
