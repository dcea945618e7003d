using System.Text.Json.Serialization;

namespace EdgeRestore.Packages;

/// <summary>The network that the subnetworks were cut from.</summary>
public sealed record PackageNetwork
{
    /// <summary>Family of networks, such as <c>edge</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Member of the family, such as <c>edge-s</c>.</summary>
    public required string Preset { get; init; }

    /// <summary>Parameters of the full network, before selection.</summary>
    public required long Parameters { get; init; }

    /// <summary>The graphs pad width and height to a multiple of this many pixels inside.</summary>
    public required int SizeMultiple { get; init; }

    /// <summary>Frames with a smaller side are refused: reflection padding needs that many pixels.</summary>
    public required int MinSidePixels { get; init; }

    /// <summary>What gives the tokens that the graphs take beside the frame; null where they take none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PackageSemantic? Semantic { get; init; }
}
