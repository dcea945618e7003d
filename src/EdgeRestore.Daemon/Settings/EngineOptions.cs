namespace EdgeRestore.Daemon.Settings;

/// <summary>How frames are computed.</summary>
internal sealed record EngineOptions
{
    /// <value>CPU threads of one computation; 0 takes all cores.</value>
    [Within(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Frames computed at once, over all streams.</summary>
    /// <value>0: 1 on the CPU, where one computation uses all threads; 2 elsewhere.</value>
    [Within(0, 64)]
    public int Concurrency { get; init; }

    /// <summary>
    /// Whether every route's engine is built after the start, or each by its first frame. Engines stay: the twelve of
    /// the package that comes with the program take 52 MB more on a CPU than the first alone.
    /// </summary>
    /// <value>all or none; all.</value>
    [OneOf("all", "none")]
    public string Preload { get; init; } = "all";

    /// <summary>Pixels of a frame that go through an engine at once; larger frames go in overlapping tiles.</summary>
    /// <value>2,228,224, which is 2048x1088; the default network takes 340 bytes a pixel.</value>
    [Within(131_072, 268_435_456)]
    public int MaxTilePixels { get; init; } = 2048 * 1088;

    /// <summary>
    /// Time after which a computation counts as stuck: health says so, and the process ends with exit code 6, for its
    /// service manager to start it anew.
    /// </summary>
    /// <value>Seconds; 60, longer than any stream could wait for a frame.</value>
    [Within(1, 86_400)]
    public int RunSeconds { get; init; } = 60;

    /// <summary>
    /// Every how many frames of a stream its semantic tokens are made anew, of packages that take them (SE-SymUNet).
    /// </summary>
    /// <value>1: every frame; 0: once in a stream, whose scene must not change.</value>
    [Within(0, 1_000_000)]
    public int TokensEvery { get; init; } = 1;
}
