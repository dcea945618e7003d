using System.Collections.Immutable;

namespace EdgeRestore.Networks;

/// <summary>The sizes of an SE-SymUNet (options/train/AllInOne/symunet.yml of arXiv 2512.10581).</summary>
public sealed record SeSymUNetConfig
{
    /// <summary>The preset's name in manifests, or a name of the user's own.</summary>
    public string Preset { get; init; } = "se-symunet";

    /// <summary>The network between the exchanges.</summary>
    public SymUNetConfig Body { get; init; } = new();

    /// <summary>Numbers of a token: 1024 for CLIP ViT-L/14's last hidden state.</summary>
    public int SemanticSize { get; init; } = 1024;

    /// <summary>Widths of the cross-attention per level, full resolution first.</summary>
    public ImmutableArray<int> AttentionWidths { get; init; } = [1024, 1024, 1024];

    /// <summary>Heads of the cross-attention per level, full resolution first.</summary>
    public ImmutableArray<int> AttentionHeads { get; init; } = [1, 2, 4];

    /// <summary>Sides of patches per level in pixels of the level, full resolution first.</summary>
    public ImmutableArray<int> PatchSizes { get; init; } = [4, 4, 4];

    public int MiddleAttentionWidth { get; init; } = 1024;

    public int MiddleAttentionHeads { get; init; } = 8;

    public int MiddlePatchSize { get; init; } = 2;

    /// <summary>What is added to patches before attention.</summary>
    /// <value>Zero: nothing.</value>
    public PositionalEmbedding PositionalEmbedding { get; init; } = PositionalEmbedding.Zero;

    /// <summary>As published: 67.4 M parameters, and a semantic encoder beside it.</summary>
    public static SeSymUNetConfig Published => new();
}

/// <summary>
/// What stands in the place of SE-SymUNet's positional embedding, which the published code draws at random and loses.
/// </summary>
public enum PositionalEmbedding
{
    Zero,
}
