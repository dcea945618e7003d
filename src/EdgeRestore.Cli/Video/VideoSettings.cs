namespace EdgeRestore.Cli.Video;

/// <summary>What a person asked for of one video run.</summary>
internal sealed record VideoSettings
{
    public IReadOnlyList<string> InputArguments { get; init; } = [];

    public IReadOnlyList<string> OutputArguments { get; init; } = [];

    /// <summary>The newest frame wins; otherwise every frame is restored.</summary>
    public bool IsLive { get; init; }

    /// <summary>Frames after which the run ends well; null: when the source does.</summary>
    public long? FrameCount { get; init; }

    /// <summary>Without a frame for so long, a source counts as dead.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts in a row to open a live source again; null: for ever.</summary>
    public int? ReconnectCount { get; init; }

    /// <summary>Frames a second to play a file at; null: as fast as they are taken.</summary>
    public double? FramesPerSecond { get; init; }
}
