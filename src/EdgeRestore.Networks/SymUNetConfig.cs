using System.Collections.Immutable;

namespace EdgeRestore.Networks;

/// <summary>The sizes of a SymUNet (options/train/AllInOne/symunet.yml of arXiv 2512.10581).</summary>
public sealed record SymUNetConfig
{
    /// <summary>The preset's name in manifests, or a name of the user's own.</summary>
    public string Preset { get; init; } = "symunet";

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

    /// <summary>As published: 22.3 M parameters.</summary>
    public static SymUNetConfig Published => new();

    /// <summary>The published depth at two thirds of its width: 10.0 M parameters.</summary>
    public static SymUNetConfig Wide32 => new() { Preset = "symunet-w32", Width = 32 };

    /// <summary>The published depth at a third of its width: 2.6 M parameters.</summary>
    public static SymUNetConfig Wide16 => new() { Preset = "symunet-w16", Width = 16 };

    /// <summary>Fewer blocks, feed-forward parts that vector units like: 1.0 M parameters.</summary>
    public static SymUNetConfig Medium => new()
    {
        Preset = "symunet-m",
        Width = 20,
        EncoderBlocks = [1, 1, 2],
        MiddleBlocks = 2,
        DecoderBlocks = [2, 1, 1],
        FeedForwardFactor = 2,
    };

    /// <summary>0.67 M parameters.</summary>
    public static SymUNetConfig Small => new()
    {
        Preset = "symunet-s",
        Width = 16,
        EncoderBlocks = [1, 2, 2],
        MiddleBlocks = 2,
        DecoderBlocks = [2, 2, 1],
        FeedForwardFactor = 2,
    };

    /// <summary>0.17 M parameters: tests and the smallest devices.</summary>
    public static SymUNetConfig ExtraSmall => Medium with { Preset = "symunet-xs", Width = 8 };
}
