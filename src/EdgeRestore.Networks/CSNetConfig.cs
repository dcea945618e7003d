namespace EdgeRestore.Networks;

/// <summary>The sizes of a CSNet.</summary>
/// <remarks>
/// CSNet's figures name the parts and not all of their sizes. The defaults are those that its published number of
/// parameters, 30.06 M, is consistent with.
/// </remarks>
public sealed record CSNetConfig
{
    /// <summary>The preset's name in manifests, or a name of the user's own.</summary>
    public string Preset { get; init; } = "csnet";

    /// <summary>The backbone.</summary>
    public RestormerConfig Body { get; init; } = new();

    /// <summary>Channels behind the channel expansion over those before it (k of the figures).</summary>
    public int Expansion { get; init; } = 2;

    /// <summary>The part of the expanded channels that a degradation keeps (w of the figures).</summary>
    public double Kept { get; init; } = 0.5;

    /// <summary>
    /// 3C over the width of the bottleneck in the fusion of prompt and statistics (g of the figures).
    /// </summary>
    public int FusionRatio { get; init; } = 16;

    /// <summary>Numbers of a prompt: 512 for CLIP ViT-B/32's texts.</summary>
    public int PromptSize { get; init; } = 512;

    /// <summary>Where the prompts come from.</summary>
    public PromptSource Prompts { get; init; } = PromptSource.Learnt;

    /// <summary>
    /// A GELU behind the channel expansion. Without it expansion, selection and contraction are one matrix per
    /// degradation; with it they can be sliced and not folded.
    /// </summary>
    public bool Activation { get; init; }

    /// <summary>As published: 30.3 M parameters while all degradations are in one network.</summary>
    public static CSNetConfig Published => new();

    /// <summary>A third of the published width, fewer blocks and short prompts: 1.2 M parameters.</summary>
    public static CSNetConfig Small => new()
    {
        Preset = "csnet-s",
        Body = new()
        {
            Preset = "restormer-s",
            Width = 16,
            EncoderBlocks = [1, 2, 2],
            MiddleBlocks = 2,
            DecoderBlocks = [2, 2, 1],
            RefinementBlocks = 1,
            FeedForwardFactor = 2,
        },
        PromptSize = 64,
    };

    /// <summary>The same with prompts of 512 numbers out of a file: CLIP ViT-B/32's of texts, say.</summary>
    public static CSNetConfig SmallText =>
        Small with { Preset = "csnet-s-text", PromptSize = 512, Prompts = PromptSource.Given };
}

/// <summary>Where the vectors that stand for degradations come from.</summary>
public enum PromptSource
{
    /// <summary>Trained with the network.</summary>
    Learnt,

    /// <summary>Given in a file, as a text encoder makes them, and never trained.</summary>
    Given,
}
