using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks;

/// <summary>
/// Restormer as published (arXiv 2111.09881, basicsr/models/archs/restormer_arch.py), with bias in the norms.
/// </summary>
/// <remarks>
/// An asymmetric U: 3x3 convolutions with pixel (un)shuffle between the levels, skips concatenated and reduced by a 1x1
/// convolution but for the top level, which decodes and refines at twice the width.
/// </remarks>
public sealed class Restormer(RestormerConfig config) : RestorationNetwork
{
    public RestormerConfig Config { get; } = config;

    public override string Family => "restormer";

    public override string Preset => Config.Preset;

    public override int SizeMultiple => 1 << Config.EncoderBlocks.Length;

    public override PromptDefinition? Prompt => null;

    public override TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class
    {
        CheckPrompt(prompt is not null);
        return Residual(r, image, (_, x) => x);
    }

    /// <summary>
    /// With something in the skip of each level, and behind the bottleneck, which is the level below.
    /// </summary>
    internal TValue Residual<TValue>(IReading<TValue> r, TValue image, Func<int, TValue, TValue> select)
        where TValue : class
    {
        var levels = Config.EncoderBlocks.Length;
        var skips = new TValue[levels];
        var x = Conv3x3("patch_embed.proj", 3, Config.Width, r.PadToMultiple(image, SizeMultiple));
        for (var level = 0; level < levels; level++)
        {
            var channels = Config.Width << level;
            x = Blocks($"encoder_level{level + 1}", Config.EncoderBlocks[level], level, channels, x);
            skips[level] = x;
            x = r.PixelUnshuffle(Conv3x3($"down{level + 1}_{level + 2}.body.0", channels, channels / 2, x), 2);
        }

        x = select(levels, Blocks("latent", Config.MiddleBlocks, levels, Config.Width << levels, x));
        for (var level = levels - 1; level >= 0; level--)
        {
            var channels = Config.Width << level;
            x = r.PixelShuffle(Conv3x3($"up{level + 2}_{level + 1}.body.0", 2 * channels, 4 * channels, x), 2);
            x = r.Concat([x, select(level, skips[level])], axis: 1);
            if (level > 0)
            {
                x = Layers.Conv1x1(r, $"reduce_chan_level{level + 1}", 2 * channels, channels, x, bias: false);
            }

            var blocks = Config.DecoderBlocks[levels - 1 - level];
            x = Blocks($"decoder_level{level + 1}", blocks, level, level > 0 ? channels : 2 * channels, x);
        }

        x = Blocks("refinement", Config.RefinementBlocks, 0, 2 * Config.Width, x);
        return r.CropLike(Conv3x3("output", 2 * Config.Width, 3, x), image);

        TValue Conv3x3(string name, int inputs, int outputs, TValue value) =>
            Layers.Conv(r, name, inputs, outputs, 3, value, bias: false, padding: 1);

        TValue Blocks(string name, int count, int level, int channels, TValue value)
        {
            var heads = level < levels ? Config.Heads[level] : Config.MiddleHeads;
            var hidden = (int)(channels * Config.FeedForwardFactor);
            for (var index = 0; index < count; index++)
            {
                value = TransformerBlock.Build(r, $"{name}.{index}", new(channels, heads, hidden), value, null);
            }

            return value;
        }
    }
}
