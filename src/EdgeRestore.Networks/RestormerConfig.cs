using System.Collections.Immutable;

namespace EdgeRestore.Networks;

/// <summary>The sizes of a Restormer (arXiv 2111.09881, section 4; basicsr/models/archs/restormer_arch.py).</summary>
public sealed record RestormerConfig
{
    /// <summary>The preset's name in manifests, or a name of the user's own.</summary>
    public string Preset { get; init; } = "restormer";

    public int Width { get; init; } = 48;

    public ImmutableArray<int> EncoderBlocks { get; init; } = [4, 6, 6];

    public int MiddleBlocks { get; init; } = 8;

    /// <summary>Deepest first; the last works at twice the width.</summary>
    public ImmutableArray<int> DecoderBlocks { get; init; } = [6, 6, 4];

    /// <summary>Blocks behind the decoder, at twice the width.</summary>
    public int RefinementBlocks { get; init; } = 4;

    /// <summary>Heads per level, full resolution first.</summary>
    public ImmutableArray<int> Heads { get; init; } = [1, 2, 4];

    public int MiddleHeads { get; init; } = 8;

    /// <summary>Hidden channels of the feed-forward part over channels, rounded down.</summary>
    public double FeedForwardFactor { get; init; } = 2.66;

    /// <summary>As published: 26.1 M parameters.</summary>
    public static RestormerConfig Published => new();
}
