namespace EdgeRestore.Networks.Tests;

/// <summary>Networks as small as can be, for references that are slow.</summary>
internal static class NarrowNetworks
{
    public static CSNetConfig CSNet { get; } = new()
    {
        Preset = "narrow",
        Body = new()
        {
            Width = 8,
            EncoderBlocks = [1, 1],
            MiddleBlocks = 1,
            DecoderBlocks = [1, 1],
            RefinementBlocks = 1,
            Heads = [1, 2],
            MiddleHeads = 2,
            FeedForwardFactor = 1.5,
        },
        FusionRatio = 4,
        PromptSize = 6,
    };
}
