namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// A 1x1 convolution per degradation: what selection between two linear layers can compute at most, without sharing
/// anything between degradations. The ablation's baseline for it.
/// </summary>
internal static class DegradationMatrix
{
    /// <summary>s: (N, C, H, W); starts as nothing, as the selection block's contraction does.</summary>
    public static TValue Build<TValue>(IReading<TValue> r, string name, int channels, TValue s, TValue prompt)
        where TValue : class
    {
        var matrices = r.Parameter(
            $"{name}.matrices", [DegradationRow.Count, (long)channels * channels], Initialization.Zeros);
        var offsets = r.Parameter($"{name}.offsets", [DegradationRow.Count, channels], Initialization.Zeros);
        var matrix = r.Reshape(r.Lookup(matrices, prompt), 0, 1, channels, channels);
        var y = r.FromHeads(r.MatMul(matrix, r.ToHeads(s, 1)), s);
        return r.Add(y, r.Reshape(r.Lookup(offsets, prompt), 0, channels, 1, 1));
    }
}
