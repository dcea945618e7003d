using EdgeRestore.Degradations;
using EdgeRestore.Networks.Blocks;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks;

/// <summary>
/// CSNet: Restormer with a channel selection block in each skip and behind the bottleneck, which keep the channels that
/// a prompt selects (figures of the public repository TxpHome/CSNet at 9f8af45; it holds no code).
/// </summary>
/// <remarks>
/// The prompt is a degradation's row, so a prompt seen in a frame is snapped to the class nearest to it: training knows
/// no others, and hard selection does not interpolate.
/// </remarks>
public sealed class CSNet(CSNetConfig config) : RestorationNetwork
{
    /// <summary>The table of prompts, (degradations, PromptSize).</summary>
    public const string PromptTable = "prompts";

    private const double NormalizeEps = 1e-12;

    private readonly Restormer body = new(config.Body);

    public CSNetConfig Config { get; } = config;

    /// <summary>
    /// Takes the prompt's vector itself, such as a frame's visual embedding, instead of a row: for comparison. The
    /// weights are the same, but for the table of prompts, which is not asked for.
    /// </summary>
    public bool TakesEmbedding { get; init; }

    /// <summary>
    /// The length that a frame's embedding is brought to: a classifier's cosine leaves it open, and training knows only
    /// that of the prompts. As it comes when not given.
    /// </summary>
    public double? EmbeddingLength { get; init; }

    public override string Family => "csnet";

    public override string Preset => Config.Preset;

    public override int SizeMultiple => body.SizeMultiple;

    public override PromptDefinition Prompt =>
        TakesEmbedding ? PromptDefinition.Embedding(Config.PromptSize) : PromptDefinition.Degradation;

    public override TValue Residual<TValue>(IReading<TValue> r, TValue image, TValue? prompt = null)
        where TValue : class
    {
        CheckPrompt(prompt is not null);
        var embedding = !TakesEmbedding ? r.Lookup(Prompts(r), prompt!)
            : EmbeddingLength is { } length ? r.Affine(r.L2NormalizeLast(prompt!, NormalizeEps), length)
            : prompt!;
        return body.Residual(
            r, image, (level, x) => SelectionBlock.Build(r, BlockName(level), Widths(level), x, embedding));
    }

    public override IReadOnlyList<SelectionLogits<TValue>> Selections<TValue>(IReading<TValue> r)
    {
        var prompts = Prompts(r);
        return
        [
            .. Enumerable.Range(0, Config.Body.EncoderBlocks.Length + 1).Select(level => new SelectionLogits<TValue>(
                BlockName(level),
                SelectionBlock.Logits(r, BlockName(level), Widths(level), prompts),
                Widths(level).Selected)),
        ];
    }

    public override bool DecidesSelection(string parameter) =>
        parameter == PromptTable || parameter.Contains(SelectionBlock.ScoresInfix, StringComparison.Ordinal);

    public override bool IsGiven(string parameter) =>
        parameter == PromptTable && Config.Prompts == PromptSource.Given;

    /// <summary>The cheapest form that there is.</summary>
    /// <exception cref="InvalidOperationException">It takes vectors, which name no degradation.</exception>
    public override (RestorationNetwork Network, NamedTensors Weights) Specialise(
        NamedTensors weights, Degradation degradation)
    {
        if (TakesEmbedding)
        {
            throw new InvalidOperationException(
                $"This network ('{Preset}') takes vectors, so no set of channels belongs to '{degradation.ToName()}'. "
                + "Specialise the one that takes rows.");
        }

        var form = Config.Activation ? StaticForm.Sliced : StaticForm.Folded;
        return (new StaticCSNet(Config, form), StaticWeights.Of(Config, weights, degradation, form));
    }

    /// <summary>Levels count from full resolution; the bottleneck is the one below the last skip.</summary>
    internal static string BlockName(int level) => $"csb.{level}";

    internal SelectionBlockWidths Widths(int level)
    {
        var channels = Config.Body.Width << level;
        var expanded = Config.Expansion * channels;
        return new(
            channels,
            expanded,
            ChannelSelection.Count(expanded, Config.Kept),
            Config.PromptSize,
            Math.Max(1, 3 * channels / Config.FusionRatio),
            Config.Activation);
    }

    private TValue Prompts<TValue>(IReading<TValue> r)
        where TValue : class => r.Parameter(
            PromptTable, [DegradationRow.Count, Config.PromptSize], Initialization.DegradationRows(1));
}
