namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// CSNet's prompt and image fusion (PIFM of its figure 3): channels are emphasised by the prompt and the frame's
/// statistics.
/// </summary>
internal static class ChannelFusion
{
    /// <summary>y sigmoid(fusion(prompt, mean of y, maximum of y)) + y; fusion is a bottleneck with ReLU.</summary>
    /// <param name="r">What the operators mean.</param>
    /// <param name="name">Its layers are name.0 and name.2.</param>
    /// <param name="widths">Channels of y and of the bottleneck.</param>
    /// <param name="y">(N, Channels, H, W).</param>
    /// <param name="prompt">(N, Channels); none where it is inside the first bias.</param>
    public static TValue Build<TValue>(
        IReading<TValue> r, string name, (int Channels, int Hidden) widths, TValue y, TValue? prompt)
        where TValue : class
    {
        List<TValue> statistics = [r.GlobalAveragePool(y), r.GlobalMaxPool(y)];
        if (prompt is not null)
        {
            // First, so that a bias and its terms are a sum of their own, which can be made beforehand.
            statistics.Insert(0, prompt);
        }

        var h = r.Concat(statistics, axis: 1);
        h = r.Relu(Layers.Linear(r, $"{name}.0", statistics.Count * widths.Channels, widths.Hidden, h));
        h = r.Sigmoid(Layers.Linear(r, $"{name}.2", widths.Hidden, widths.Channels, h));
        return r.Multiply(y, r.Affine(r.Reshape(h, 0, widths.Channels, 1, 1), 1, 1));
    }
}
