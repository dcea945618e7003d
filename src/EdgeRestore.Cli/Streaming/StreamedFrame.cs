namespace EdgeRestore.Cli.Streaming;

/// <summary>What a stream answered to one frame; times in milliseconds.</summary>
internal sealed record StreamedFrame
{
    public required string Name { get; init; }

    public string? Error { get; init; }

    public string? Route { get; init; }

    public float Confidence { get; init; }

    public bool Bypassed { get; init; }

    /// <summary>Why it passed through: clear, unsure, no-strength, bad-output or device-fault; null for a restored
    /// frame.</summary>
    public string? BypassReason { get; init; }

    /// <summary>Of a frame that passed through because its result was no picture: what was found.</summary>
    public string? Detail { get; init; }

    /// <summary>From before sending to after receiving, at the client.</summary>
    public double RoundTripMs { get; init; }

    public double QueueMs { get; init; }

    public double DecodeMs { get; init; }

    public double ClassifyMs { get; init; }

    public double RunMs { get; init; }

    public double EncodeMs { get; init; }
}
