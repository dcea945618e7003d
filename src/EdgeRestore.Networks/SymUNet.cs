using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks;

/// <summary>SymUNet as published (arXiv 2512.10581, basicsr/models/archs/SymUNet_arch.py).</summary>
public sealed class SymUNet(SymUNetConfig config) : RestorationNetwork
{
    public SymUNetConfig Config { get; } = config;

    public override string Family => "symunet";

    public override string Preset => Config.Preset;

    // The published code pads to 4 times what its levels need.
    public override int SizeMultiple => 4 << Config.EncoderBlocks.Length;

    public override PromptDefinition? Prompt => null;

    public override TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class
    {
        CheckPrompt(prompt is not null);
        return Residual(r, image, null);
    }

    /// <summary>With something around the blocks of bottleneck and decoder.</summary>
    internal TValue Residual<TValue>(IReading<TValue> r, TValue image, SymmetricBody<TValue>.StageOf? stage)
        where TValue : class
    {
        var padded = r.PadToMultiple(image, SizeMultiple);
        var body = new SymmetricBody<TValue>(
            r, Config.Width, Config.EncoderBlocks, Config.MiddleBlocks, Config.DecoderBlocks);
        var x = Layers.Conv3x3(r, "intro", 3, Config.Width, padded);
        x = body.Build(x, Block, (_, s) => s, stage);
        x = Layers.Conv3x3(r, "ending", Config.Width, 3, x);
        return r.CropLike(x, image);

        TValue Block(string name, int level, bool encoder, TValue x)
        {
            var channels = Config.Width << level;
            var heads = level < Config.Heads.Length ? Config.Heads[level] : Config.MiddleHeads;
            var hidden = (int)(channels * Config.FeedForwardFactor);
            return TransformerBlock.Build(r, name, new(channels, heads, hidden), x, null);
        }
    }
}
