using System.Text.Json.Serialization;

namespace EdgeRestore.Cli.Restoring;

/// <summary>What became of one input.</summary>
internal sealed record RestoredImage
{
    public required string Name { get; init; }

    public required RestoreOutcome Outcome { get; init; }

    /// <summary>The degradation that the frame was taken for; none when it was not looked at.</summary>
    public string? Route { get; init; }

    public float Confidence { get; init; }

    public bool Bypassed => Outcome == RestoreOutcome.Bypassed;

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>Classifying and restoring, without reading and writing files.</summary>
    public double Milliseconds { get; init; }

    public string? Error { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<RestoreOutcome>))]
internal enum RestoreOutcome
{
    Restored,

    /// <summary>Written as it was: clear, or what is wrong with it not sure enough.</summary>
    Bypassed,

    /// <summary>Done by an earlier run.</summary>
    Skipped,
    Failed,
}
