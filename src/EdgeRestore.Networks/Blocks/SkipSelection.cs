namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// The edge network's form of CSNet's channel selection block, with tables in place of prompts: expand, keep the
/// degradation's channels, contract, then emphasise channels by the frame's statistics; added to the skip.
/// </summary>
/// <remarks>
/// Figure 3 of CSNet replaces the skip by the block's output. Here it is added, and the contraction starts at zero:
/// before training the block is the identity, so it can be put into a trained network without breaking it.
/// </remarks>
internal static class SkipSelection
{
    // kappa of CSNet's figure: what its parameter count is consistent with.
    private const int Expansion = 2;

    public static int ExpandedChannels(int channels) => Expansion * channels;

    /// <summary>The block that selects by prompt. s: (N, C, H, W).</summary>
    /// <param name="r">What the operators mean.</param>
    /// <param name="name">Begins the names of its parameters.</param>
    /// <param name="channels">C.</param>
    /// <param name="selected">Expanded channels that are kept; none for a matrix per degradation.</param>
    /// <param name="s">The skip.</param>
    /// <param name="prompt">(N) rows.</param>
    public static TValue Build<TValue>(
        IReading<TValue> r, string name, int channels, int? selected, TValue s, TValue prompt)
        where TValue : class
    {
        var y = selected is { } count
            ? Select(r, name, channels, count, s, prompt)
            : DegradationMatrix.Build(r, $"{name}.fold", channels, s, prompt);
        var prompts = r.Parameter(
            $"{name}.prompts", [DegradationRow.Count, channels], Initialization.DegradationRows(1));
        return Emphasise(r, name, channels, s, y, r.Lookup(prompts, prompt));
    }

    private static TValue Select<TValue>(
        IReading<TValue> r, string name, int channels, int selected, TValue s, TValue prompt)
        where TValue : class
    {
        var expanded = ExpandedChannels(channels);
        var f = Layers.Conv1x1(r, $"{name}.expand", channels, expanded, s, bias: true);
        f = r.Multiply(f, ChannelGate.Build(r, $"{name}.gate", expanded, selected, prompt));
        var weight = r.Parameter($"{name}.contract.weight", [channels, expanded, 1, 1], Initialization.Zeros);
        return r.Conv2d(f, weight, r.Parameter($"{name}.contract.bias", [channels], Initialization.Zeros));
    }

    /// <summary>The same for one degradation: one C x C convolution, and the prompt inside a bias.</summary>
    public static TValue BuildStatic<TValue>(IReading<TValue> r, string name, int channels, TValue s)
        where TValue : class =>
        Emphasise(r, name, channels, s, Layers.Conv1x1(r, $"{name}.fold", channels, channels, s, bias: true), null);

    private static TValue Emphasise<TValue>(
        IReading<TValue> r, string name, int channels, TValue s, TValue y, TValue? prompt)
        where TValue : class =>
        r.Add(s, ChannelFusion.Build(r, $"{name}.emphasis", (channels, 3 * channels / 4), y, prompt));
}
