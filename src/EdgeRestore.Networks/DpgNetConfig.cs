using System.Collections.Immutable;

namespace EdgeRestore.Networks;

/// <summary>The sizes of the degradation classifier.</summary>
public sealed record DpgNetConfig
{
    public string Preset { get; init; } = "dpgnet-s";

    /// <summary>Channels of each stage; every stage halves the resolution, the first by pixel unshuffle.</summary>
    public ImmutableArray<int> Widths { get; init; } = [16, 32, 48, 64];

    /// <summary>Width of the layer between pooled statistics and embedding.</summary>
    public int HiddenSize { get; init; } = 128;

    public int EmbeddingSize { get; init; } = 64;

    /// <summary>What cosines are divided by (0.05 in DPGNet); calibration replaces it after training.</summary>
    public double Temperature { get; init; } = 0.05;

    /// <summary>Learnt with the network, or given: the embeddings of texts, say.</summary>
    public PromptSource Prototypes { get; init; } = PromptSource.Learnt;
}
