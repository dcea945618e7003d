namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// CSNet's channel selection block (figure 3 of TxpHome/CSNet): FASM expands the channels (CE), scores them by the
/// prompt (CSL) and keeps the top k; FEM contracts them (CC), makes a vector of the prompt (DGL) and fuses it with the
/// frame's statistics (PIFM). Its result takes the place of what came in.
/// </summary>
/// <remarks>
/// Where the figure is silent: CE and CC are 1x1 convolutions with bias, CSL and DGL two linear layers without anything
/// between them, as in DFPIR, code of the same authors. Kept channels have a soft value, 2 sigmoid(score), or no
/// gradient would reach the scores: in DFPIR none does. Selected channels keep their index, so a column of CC belongs
/// to a channel and not to a place in a sequence.
/// </remarks>
internal static class SelectionBlock
{
    /// <summary>In the names of the parameters that make scores.</summary>
    public const string ScoresInfix = ".csl.";

    /// <summary>x: (N, Channels, H, W), embedding: (N, Prompt).</summary>
    public static TValue Build<TValue>(
        IReading<TValue> r, string name, SelectionBlockWidths widths, TValue x, TValue embedding)
        where TValue : class
    {
        var scores = r.TopKGate(Logits(r, name, widths, embedding), widths.Selected);
        var f = Expand(r, name, widths, widths.Expanded, x);
        f = r.Multiply(f, r.Reshape(scores, 0, widths.Expanded, 1, 1));
        var y = Layers.Conv1x1(r, $"{name}.cc", widths.Expanded, widths.Channels, f, bias: true);
        var prompt = TwoLinear(r, $"{name}.dgl", widths.Prompt, widths.Channels, embedding);
        return ChannelFusion.Build(r, $"{name}.pifm", widths.Fusion, y, prompt);
    }

    /// <summary>(N, Expanded): what the top k are taken of.</summary>
    public static TValue Logits<TValue>(IReading<TValue> r, string name, SelectionBlockWidths widths, TValue embedding)
        where TValue : class => TwoLinear(r, $"{name}.csl", widths.Prompt, widths.Expanded, embedding);

    /// <summary>The same for one degradation: only the channels that it keeps, and the prompt inside a bias.</summary>
    public static TValue BuildSliced<TValue>(IReading<TValue> r, string name, SelectionBlockWidths widths, TValue x)
        where TValue : class
    {
        var f = Expand(r, name, widths, widths.Selected, x);
        f = r.Multiply(f, r.Parameter($"{name}.gates", [widths.Selected, 1, 1], Initialization.Ones));
        var y = Layers.Conv1x1(r, $"{name}.cc", widths.Selected, widths.Channels, f, bias: true);
        return ChannelFusion.Build(r, $"{name}.pifm", widths.Fusion, y, null);
    }

    /// <summary>The same without activation: expansion, gates and contraction are one matrix.</summary>
    public static TValue BuildFolded<TValue>(IReading<TValue> r, string name, SelectionBlockWidths widths, TValue x)
        where TValue : class
    {
        var y = Layers.Conv1x1(r, $"{name}.fold", widths.Channels, widths.Channels, x, bias: true);
        return ChannelFusion.Build(r, $"{name}.pifm", widths.Fusion, y, null);
    }

    private static TValue Expand<TValue>(
        IReading<TValue> r, string name, SelectionBlockWidths widths, int outputs, TValue x)
        where TValue : class
    {
        var f = Layers.Conv1x1(r, $"{name}.ce", widths.Channels, outputs, x, bias: true);
        return widths.Activation ? r.Gelu(f) : f;
    }

    private static TValue TwoLinear<TValue>(IReading<TValue> r, string name, int inputs, int outputs, TValue x)
        where TValue : class =>
        Layers.Linear(r, $"{name}.1", inputs, outputs, Layers.Linear(r, $"{name}.0", inputs, inputs, x));
}

/// <param name="Channels">C, of what comes in and goes out.</param>
/// <param name="Expanded">Behind CE.</param>
/// <param name="Selected">How many of those are kept.</param>
/// <param name="Prompt">Numbers of an embedding.</param>
/// <param name="Hidden">Width of the bottleneck in PIFM.</param>
/// <param name="Activation">A GELU behind CE.</param>
internal readonly record struct SelectionBlockWidths(
    int Channels, int Expanded, int Selected, int Prompt, int Hidden, bool Activation)
{
    public (int Channels, int Hidden) Fusion => (Channels, Hidden);
}
