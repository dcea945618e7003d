namespace EdgeRestore.Packages;

/// <summary>A route's subnetwork in another precision, for devices on which that is faster.</summary>
public sealed record PackageVariant
{
    /// <summary>The graph, with the inputs and outputs of the route's own.</summary>
    public required string File { get; init; }

    /// <summary>One of <see cref="PackageManifest.Precisions"/>.</summary>
    public required string Precision { get; init; }

    /// <summary>What it was made for: <c>cpu</c>, <c>cuda</c> or <c>tensorrt</c>; others do not take it.</summary>
    public required string Provider { get; init; }

    /// <summary>How many times as fast as the route's own graph; null when it was not measured.</summary>
    public double? Speedup { get; init; }

    /// <summary>Most PSNR in dB that a degradation lost against the route's own graph; null when nobody
    /// knows.</summary>
    public double? PsnrDrop { get; init; }

    /// <summary>Where speed was measured, and on what frames.</summary>
    public string? MeasuredOn { get; init; }
}
