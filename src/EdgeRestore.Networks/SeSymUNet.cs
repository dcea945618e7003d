using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks;

/// <summary>
/// SE-SymUNet as published (arXiv 2512.10581, SESymUnet of SymUNet_arch.py): SymUNet that exchanges with the tokens of
/// a frozen semantic encoder before and after the blocks of bottleneck and decoder.
/// </summary>
/// <remarks>
/// The encoder is no part of this network: its tokens come in as a second input, and published checkpoints carry the
/// encoder's weights under <c>clip_model.</c>, which are not among the parameters here.
/// </remarks>
public sealed class SeSymUNet(SeSymUNetConfig config) : RestorationNetwork
{
    private readonly SymUNet body = new(config.Body);

    public SeSymUNetConfig Config { get; } = config;

    public override string Family => "se-symunet";

    public override string Preset => Config.Preset;

    public override int SizeMultiple => body.SizeMultiple;

    /// <summary>(N, T, D): T tokens of D numbers, of the degraded image.</summary>
    public override PromptDefinition Prompt => PromptDefinition.Tokens(Config.SemanticSize);

    public override TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class
    {
        CheckPrompt(prompt is not null);
        var levels = Config.Body.EncoderBlocks.Length;
        var tokens = r.Reshape(r.TransposeLast(prompt!), 0, Config.SemanticSize, 1, -1);
        return body.Residual(r, image, Stage);

        TValue Stage(int level, TValue x, Func<TValue, TValue> blocks)
        {
            var exchange = new SemanticExchange<TValue>(r, Names(level), Widths(level));
            x = blocks(exchange.Guide(x, tokens));

            // The published network refines once more at full resolution, where nobody reads the tokens any more.
            if (level > 0)
            {
                tokens = exchange.Refine(tokens, x);
            }

            return x;
        }

        (string Guide, string Refine) Names(int level)
        {
            var index = levels - 1 - level;
            return level == levels
                ? ("middle_guide_attention", "middle_refine_attention")
                : ($"decoder_guide_attentions.{index}", $"decoder_refine_attentions.{index}");
        }
    }

    private SemanticWidths Widths(int level)
    {
        var channels = Config.Body.Width << level;
        return level == Config.Body.EncoderBlocks.Length
            ? new(
                channels,
                Config.SemanticSize,
                Config.MiddleAttentionWidth,
                Config.MiddleAttentionHeads,
                Config.MiddlePatchSize)
            : new(
                channels,
                Config.SemanticSize,
                Config.AttentionWidths[level],
                Config.AttentionHeads[level],
                Config.PatchSizes[level]);
    }
}
