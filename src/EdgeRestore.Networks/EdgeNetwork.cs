using EdgeRestore.Degradations;
using EdgeRestore.Networks.Blocks;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks;

/// <summary>
/// SymUNet's topology behind a pixel-unshuffle stem, with channels selected by degradation in the skips and in the
/// feed-forward parts of decoder and bottleneck.
/// </summary>
/// <remarks>
/// The encoder does not depend on the degradation, so subnetworks share its weights. The stem makes every level four
/// times cheaper at equal width and costs about 0.03 dB (FFDNet against DnCNN).
/// </remarks>
public sealed class EdgeNetwork(EdgeNetworkConfig config) : RestorationNetwork
{
    private const int Stem = 2;
    private const int StemChannels = 3 * Stem * Stem;

    public EdgeNetworkConfig Config { get; } = config;

    public override string Family => "edge";

    public override string Preset => Config.Preset;

    public override int SizeMultiple => Stem << Config.EncoderBlocks.Length;

    public override PromptDefinition? Prompt =>
        Config.Selection is { Skips: true } or { FeedForward: true } ? PromptDefinition.Degradation : null;

    public override TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class
    {
        CheckPrompt(prompt is not null);
        return Residual(r, image, Block, Skip);

        TValue Block(string name, int level, bool encoder, TValue x)
        {
            var widths = Widths(level) with { Selected = encoder ? null : SelectedHidden(level) };
            return TransformerBlock.Build(r, name, widths, x, prompt);
        }

        TValue Skip(int level, TValue s)
        {
            var channels = Config.Width << level;
            return Config.Selection is { Skips: true }
                ? SkipSelection.Build(r, SkipName(level), channels, SelectedInSkip(level), s, prompt!)
                : s;
        }
    }

    public override IReadOnlyList<SelectionLogits<TValue>> Selections<TValue>(IReading<TValue> r)
    {
        var levels = Config.EncoderBlocks.Length;
        var feedForward = Enumerable.Range(0, levels + 1).SelectMany(level =>
        {
            var (name, count) = level == levels
                ? ("middle_blks", Config.MiddleBlocks)
                : ($"decoders.{levels - 1 - level}", Config.DecoderBlocks[levels - 1 - level]);
            return Enumerable.Range(0, count).Select(index => (
                Name: $"{name}.{index}.ffn", Channels: Widths(level).Hidden, Selected: SelectedHidden(level)));
        });
        var skips = Enumerable.Range(0, levels).Select(level => (
            Name: SkipName(level),
            Channels: SkipSelection.ExpandedChannels(Config.Width << level),
            Selected: SelectedInSkip(level)));
        return
        [
            .. feedForward.Concat(skips).Where(place => place.Selected is not null).Select(place =>
                new SelectionLogits<TValue>(
                    place.Name,
                    ChannelGate.Logits(r, $"{place.Name}.gate", place.Channels),
                    place.Selected!.Value)),
        ];
    }

    public override bool DecidesSelection(string parameter) =>
        parameter.EndsWith(ChannelGate.LogitsSuffix, StringComparison.Ordinal);

    public override (RestorationNetwork Network, NamedTensors Weights) Specialise(
        NamedTensors weights, Degradation degradation) =>
        (new StaticEdgeNetwork(Config), StaticWeights.Of(Config, weights, degradation));

    internal static string SkipName(int level) => $"skips.{level}";

    /// <summary>Channels that a degradation keeps in the skip of a level; none where nothing is selected.</summary>
    internal int? SelectedInSkip(int level) => Config.Selection is { Skips: true, SkipMatrices: false } selection
        ? ChannelSelection.Count(SkipSelection.ExpandedChannels(Config.Width << level), selection.SkipKept)
        : null;

    /// <summary>
    /// Hidden channels that a degradation keeps in decoder and bottleneck; none where nothing is selected.
    /// </summary>
    internal int? SelectedHidden(int level) => Config.Selection is { FeedForward: true } selection
        ? ChannelSelection.Count(Widths(level).Hidden, selection.FeedForwardKept)
        : null;

    internal TransformerBlockWidths Widths(int level)
    {
        var channels = Config.Width << level;
        var heads = level < Config.Heads.Length ? Config.Heads[level] : Config.MiddleHeads;
        return new(
            channels, level == 0 && !Config.TopLevelAttention ? 0 : heads, channels * Config.FeedForwardFactor);
    }

    internal TValue Residual<TValue>(
        IReading<TValue> r,
        TValue image,
        SymmetricBody<TValue>.BlockOf block,
        SymmetricBody<TValue>.SkipOf skip)
        where TValue : class
    {
        var padded = r.PadToMultiple(image, SizeMultiple);
        var body = new SymmetricBody<TValue>(
            r, Config.Width, Config.EncoderBlocks, Config.MiddleBlocks, Config.DecoderBlocks);
        var x = Layers.Conv3x3(r, "intro", StemChannels, Config.Width, r.PixelUnshuffle(padded, Stem));
        x = body.Build(x, block, skip);
        x = r.PixelShuffle(Layers.Conv3x3(r, "ending", Config.Width, StemChannels, x), Stem);
        return r.CropLike(x, image);
    }
}
