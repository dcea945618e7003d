using System.Collections.Immutable;

namespace EdgeRestore.Networks;

/// <summary>The sizes of an edge network, and what it selects per degradation.</summary>
public sealed record EdgeNetworkConfig
{
    /// <summary>The preset's name in manifests, or a name of the user's own.</summary>
    public string Preset { get; init; } = "edge-s";

    /// <summary>Channels at the top level, which works at half the frame's resolution.</summary>
    public int Width { get; init; } = 32;

    public ImmutableArray<int> EncoderBlocks { get; init; } = [1, 2];

    public int MiddleBlocks { get; init; } = 2;

    /// <summary>Deepest first.</summary>
    public ImmutableArray<int> DecoderBlocks { get; init; } = [2, 1];

    /// <summary>Heads per level, top first.</summary>
    public ImmutableArray<int> Heads { get; init; } = [1, 2];

    public int MiddleHeads { get; init; } = 4;

    /// <summary>Hidden channels of each half of the feed-forward part over channels.</summary>
    public int FeedForwardFactor { get; init; } = 2;

    /// <summary>Attention in the blocks of the top level, the dearest ones.</summary>
    public bool TopLevelAttention { get; init; } = true;

    /// <summary>Channel selection by degradation; none for the blind network.</summary>
    public ChannelSelection? Selection { get; init; } = new();

    /// <summary>About 0.6 M parameters: fits a CPU.</summary>
    public static EdgeNetworkConfig Small => new();

    /// <summary>About 0.16 M parameters: tests and the smallest devices.</summary>
    public static EdgeNetworkConfig ExtraSmall => new() { Preset = "edge-xs", Width = 16 };

    /// <summary>About 2.5 M parameters: a fast CPU, or an Orin Nano.</summary>
    public static EdgeNetworkConfig Medium => new()
    {
        Preset = "edge-m",
        Width = 48,
        EncoderBlocks = [2, 3],
        MiddleBlocks = 4,
        DecoderBlocks = [3, 2],
    };

    /// <summary>About 8.4 M parameters: fills an Orin.</summary>
    public static EdgeNetworkConfig Large => new()
    {
        Preset = "edge-l",
        Width = 64,
        EncoderBlocks = [4, 6],
        MiddleBlocks = 8,
        DecoderBlocks = [6, 4],
        Heads = [2, 4],
        MiddleHeads = 8,
    };
}

/// <summary>Where channels are selected by degradation, and how many of them each degradation keeps.</summary>
public sealed record ChannelSelection
{
    /// <summary>A selection block on each skip.</summary>
    public bool Skips { get; init; } = true;

    /// <summary>
    /// A matrix of its own per degradation in the place of what selects within that block: a baseline to compare with.
    /// </summary>
    public bool SkipMatrices { get; init; }

    /// <summary>Selection among the hidden channels of the feed-forward parts in decoder and bottleneck.</summary>
    public bool FeedForward { get; init; } = true;

    /// <summary>The part of a skip's expanded channels that a degradation keeps.</summary>
    public double SkipKept { get; init; } = 0.5;

    /// <summary>The part of the hidden channels that a degradation keeps; 1 gates all and removes none.</summary>
    public double FeedForwardKept { get; init; } = 0.5;

    /// <summary>Kept channels: a multiple of 8 (what vector units like), at least 8, at most all.</summary>
    public static int Count(int channels, double kept) =>
        Math.Min(channels, Math.Max(8, 8 * (int)Math.Round(kept * channels / 8, MidpointRounding.AwayFromZero)));
}
