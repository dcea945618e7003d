using System.Collections.Immutable;
using System.Text.Json.Serialization;
using EdgeRestore.Degradations;

namespace EdgeRestore.Packages;

/// <summary>One degradation and the subnetwork that restores it.</summary>
public sealed record PackageRoute
{
    [JsonConverter(typeof(DegradationJsonConverter))]
    public required Degradation Degradation { get; init; }

    public required string File { get; init; }

    /// <summary>One of <see cref="PackageManifest.Precisions"/>.</summary>
    public required string Precision { get; init; }

    public required long Parameters { get; init; }

    /// <summary>Multiply-accumulates per pixel of the frame.</summary>
    public required double MacsPerPixel { get; init; }

    /// <summary>Measured quality, or null when the route was not measured.</summary>
    public PackageQuality? Quality { get; init; }

    /// <summary>
    /// Mean change of PSNR in dB (capped at 60 dB) that this route makes to frames of each degradation, by name, Clear
    /// included: what a right and what a wrong route is worth. Routing weighs it; null when it was not measured.
    /// </summary>
    public ImmutableSortedDictionary<string, double>? PsnrChange { get; init; }

    /// <summary>The same subnetwork in other precisions; null for none. Routes without one for a device run their own
    /// graph.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<PackageVariant>? Variants { get; init; }

    /// <summary>This route on the graph of a variant.</summary>
    public PackageRoute On(PackageVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return this with { File = variant.File, Precision = variant.Precision };
    }
}
