namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// One stage of SE-SymUNet: tokens guide the features before the stage's blocks and are refined by them afterwards
/// (ImageGuidanceAttention and TextRefinementAttention of SymUNet_arch.py).
/// </summary>
/// <remarks>
/// The published code adds noise to the patches in place of a positional embedding, drawn anew for each number of
/// patches and never saved. Here nothing is added: the result depends on weights and image alone.
/// </remarks>
internal sealed class SemanticExchange<TValue>
    where TValue : class
{
    // So that the tokens start out with next to no say.
    private const double InitialAlpha = 1e-4;

    private readonly IReading<TValue> r;
    private readonly int patch;
    private readonly TValue guideAlpha;
    private readonly TValue refineAlpha;
    private readonly CrossAttention<TValue> guide;
    private readonly CrossAttention<TValue> refine;

    public SemanticExchange(IReading<TValue> reading, (string Guide, string Refine) names, SemanticWidths widths)
    {
        r = reading;
        patch = widths.Patch;
        var pixels = widths.Channels * patch * patch;
        guideAlpha = r.Parameter($"{names.Guide}.alpha", [], Initialization.All(InitialAlpha));
        guide = new(
            r, $"{names.Guide}.attention", new(pixels, widths.Semantic, widths.Attention, widths.Heads));
        refineAlpha = r.Parameter($"{names.Refine}.alpha", [], Initialization.All(InitialAlpha));
        refine = new(
            r, $"{names.Refine}.attention", new(widths.Semantic, pixels, widths.Attention, widths.Heads));
    }

    /// <param name="x">(N, Channels, H, W), sides multiples of the patch.</param>
    /// <param name="tokens">(N, Semantic, 1, T).</param>
    /// <returns>As x.</returns>
    public TValue Guide(TValue x, TValue tokens)
    {
        var update = guide.Attend(r.PixelUnshuffle(x, patch), tokens);
        return r.Add(x, r.Multiply(r.PixelShuffle(update, patch), guideAlpha));
    }

    /// <returns>As tokens.</returns>
    public TValue Refine(TValue tokens, TValue x)
    {
        var update = refine.Attend(tokens, r.PixelUnshuffle(x, patch));
        return r.Add(tokens, r.Multiply(update, refineAlpha));
    }
}

/// <param name="Channels">Of the features.</param>
/// <param name="Semantic">Numbers of a token.</param>
/// <param name="Attention">Width of the attention, over all heads.</param>
/// <param name="Heads">Of the attention.</param>
/// <param name="Patch">Side in pixels of what answers to one token.</param>
internal readonly record struct SemanticWidths(int Channels, int Semantic, int Attention, int Heads, int Patch);
