namespace EdgeRestore.Networks.Blocks;

/// <summary>Restormer's block as SymUNet uses it: x + MDTA(LN(x)), then x + GDFN(LN(x)).</summary>
/// <remarks>Layout and constants: basicsr/models/archs/SymUNet_arch.py of arXiv 2512.10581.</remarks>
internal static class TransformerBlock
{
    // eps of SymUNet_arch.py's WithBias_LayerNorm and of torch.nn.functional.normalize.
    private const double LayerNormEps = 1e-5;
    private const double NormalizeEps = 1e-12;

    public static TValue Build<TValue>(
        IReading<TValue> r, string name, TransformerBlockWidths widths, TValue x, TValue? prompt)
        where TValue : class
    {
        if (widths.Heads > 0)
        {
            x = r.Add(x, Attention(r, $"{name}.attn", widths, LayerNorm(r, $"{name}.norm1", widths.Channels, x)));
        }

        return r.Add(
            x, FeedForward(r, $"{name}.ffn", widths, LayerNorm(r, $"{name}.norm2", widths.Channels, x), prompt));
    }

    public static TValue LayerNorm<TValue>(IReading<TValue> r, string name, long channels, TValue x)
        where TValue : class =>
        r.LayerNormChannels(
            x,
            r.Parameter($"{name}.body.weight", [channels], Initialization.Ones),
            r.Parameter($"{name}.body.bias", [channels], Initialization.Zeros),
            LayerNormEps);

    // Multi-Dconv-head transposed attention: channels attend to channels, over all pixels of the frame.
    // q, k, v: (N, heads, C/heads, H*W); scores: (N, heads, C/heads, C/heads)
    private static TValue Attention<TValue>(IReading<TValue> r, string name, TransformerBlockWidths widths, TValue x)
        where TValue : class
    {
        var d = widths.Channels;
        var expands = r.Split(
            r.Parameter($"{name}.qkv.weight", [3 * d, d, 1, 1], Initialization.FanIn(d)), 0, d, d, d);
        var depthwises = r.Split(
            r.Parameter($"{name}.qkv_dwconv.weight", [3 * d, 1, 3, 3], Initialization.FanIn(9)), 0, d, d, d);
        var q = r.L2NormalizeLast(Part(0), NormalizeEps);
        var k = r.L2NormalizeLast(Part(1), NormalizeEps);
        var v = Part(2);
        var temperature = r.Parameter($"{name}.temperature", [widths.Heads, 1, 1], Initialization.Ones);
        var scores = r.Softmax(r.Multiply(r.MatMul(q, r.TransposeLast(k)), temperature), axis: 3);
        var attended = r.FromHeads(r.MatMul(scores, v), x);
        return Layers.Conv1x1(r, $"{name}.project_out", d, d, attended, bias: false);

        // As in the feed-forward part: parameters are split, not features.
        TValue Part(int index) => r.ToHeads(
            r.Conv2d(r.Conv2d(x, expands[index], null), depthwises[index], null, padding: 1, groups: d), widths.Heads);
    }

    // Gated-Dconv feed-forward. The published parameters hold both halves; splitting the parameters instead of the
    // features computes the same numbers and spares a copy of the widest tensor (training: 346 -> 211 ms a step).
    private static TValue FeedForward<TValue>(
        IReading<TValue> r, string name, TransformerBlockWidths widths, TValue x, TValue? prompt)
        where TValue : class
    {
        var d = widths.Channels;
        var m = widths.Hidden;
        var expand = r.Parameter($"{name}.project_in.weight", [2 * m, d, 1, 1], Initialization.FanIn(d));
        var depthwise = r.Parameter($"{name}.dwconv.weight", [2 * m, 1, 3, 3], Initialization.FanIn(9));
        var expands = r.Split(expand, 0, m, m);
        var depthwises = r.Split(depthwise, 0, m, m);
        var u1 = r.Conv2d(r.Conv2d(x, expands[0], null), depthwises[0], null, padding: 1, groups: m);
        var u2 = r.Conv2d(r.Conv2d(x, expands[1], null), depthwises[1], null, padding: 1, groups: m);
        var gated = r.Multiply(r.Gelu(u1), u2);
        if (widths.Selected is { } selected && prompt is not null)
        {
            gated = r.Multiply(gated, ChannelGate.Build(r, $"{name}.gate", m, selected, prompt));
        }

        return Layers.Conv1x1(r, $"{name}.project_out", m, d, gated, bias: false);
    }
}

/// <param name="Channels">d, the width of the residual stream.</param>
/// <param name="Heads">0 leaves the attention out.</param>
/// <param name="Hidden">m, the hidden channels of each half of the feed-forward part.</param>
/// <param name="Selected">How many hidden channels each degradation keeps; none for a block without selection.</param>
internal readonly record struct TransformerBlockWidths(int Channels, int Heads, int Hidden, int? Selected = null);
