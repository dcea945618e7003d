namespace EdgeRestore.Packages;

/// <summary>The classifier that picks the route.</summary>
public sealed record PackageClassifier
{
    public required string File { get; init; }

    public required string Network { get; init; }

    public required long Parameters { get; init; }

    /// <summary>Calibrated softmax temperature; already inside the graph, kept for the record.</summary>
    public required double Temperature { get; init; }

    /// <summary>Smoothed confidence, in [0, 1], under which frames pass through; a stream may say otherwise.</summary>
    public required double Threshold { get; init; }
}
