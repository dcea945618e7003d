using System.Collections.Immutable;

namespace EdgeRestore.Networks;

/// <summary>The sizes of a SymUNet (options/train/AllInOne/symunet.yml of arXiv 2512.10581).</summary>
public sealed record SymUNetConfig
{
    public int Width { get; init; } = 48;

    public ImmutableArray<int> EncoderBlocks { get; init; } = [4, 6, 6];

    public int MiddleBlocks { get; init; } = 8;

    /// <summary>Deepest first.</summary>
    public ImmutableArray<int> DecoderBlocks { get; init; } = [6, 6, 4];

    /// <summary>Heads per level, full resolution first.</summary>
    public ImmutableArray<int> Heads { get; init; } = [1, 2, 4];

    public int MiddleHeads { get; init; } = 8;

    /// <summary>Hidden channels of the feed-forward part over channels, rounded down.</summary>
    public double FeedForwardFactor { get; init; } = 2.66;
}
