namespace EdgeRestore.Daemon.Settings;

/// <summary>What one peer may take up, beside its frames.</summary>
internal sealed record PeerOptions
{
    /// <value>TCP or Unix connections, over all peers; further ones are closed at once; 256.</value>
    [Within(1, 65_536)]
    public int MaxConnections { get; init; } = 256;

    /// <summary>
    /// What one client may take of Limits:MaxStreams and of Limits:FrameMemoryMegabytes; the rest stays for others. One
    /// client is one token or certificate; without these an address, and on this machine a connection or a process.
    /// </summary>
    /// <value>Per cent; 75. 100 lets one client take all.</value>
    [Within(50, 100)]
    public int SharePercent { get; init; } = 75;

    /// <value>Bytes of a request's headers, all together; 16,384.</value>
    [Within(1024, 1_048_576)]
    public int MaxHeaderBytes { get; init; } = 16 * 1024;

    /// <summary>
    /// Frames that are read of one stream in a second; the sender of more is held back by flow control.
    /// </summary>
    /// <value>0: as many as can be computed; 0.</value>
    [Within(0, 100_000)]
    public int MaxFramesPerSecond { get; init; }

    /// <summary>How long a stream may hold its place without a first frame.</summary>
    /// <value>Seconds; 60.</value>
    [Within(1, 86_400)]
    public int FirstFrameSeconds { get; init; } = 60;

    /// <summary>
    /// How long a connection may be silent before it is asked for a sign of life, which it must give within half of
    /// that.
    /// </summary>
    /// <value>Seconds; 60.</value>
    [Within(2, 86_400)]
    public int PingSeconds { get; init; } = 60;
}
