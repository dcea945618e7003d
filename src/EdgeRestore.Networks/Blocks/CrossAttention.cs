namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// Cross-attention between vectors with norms on both sides (CrossAttention of SymUNet_arch.py, arXiv 2512.10581).
/// </summary>
/// <remarks>
/// Asking for the parameters and computing are apart, because the published network has one whose result nobody reads.
/// </remarks>
internal sealed class CrossAttention<TValue>
    where TValue : class
{
    private readonly IReading<TValue> r;
    private readonly CrossAttentionWidths widths;
    private readonly (TValue Weight, TValue Bias) normQuery;
    private readonly (TValue Weight, TValue Bias) normContext;
    private readonly TValue toQuery;
    private readonly TValue toKey;
    private readonly TValue toValue;
    private readonly TValue toOut;
    private readonly TValue outBias;

    public CrossAttention(IReading<TValue> reading, string name, CrossAttentionWidths widths)
    {
        r = reading;
        this.widths = widths;
        var (query, context, inner) = (widths.Query, widths.Context, widths.Inner);
        normQuery = VectorLayers.NormParameters(r, $"{name}.norm_query", query);
        normContext = VectorLayers.NormParameters(r, $"{name}.norm_context", context);
        toQuery = VectorLayers.Matrix(r, $"{name}.to_q", query, inner);
        toKey = VectorLayers.Matrix(r, $"{name}.to_k", context, inner);
        toValue = VectorLayers.Matrix(r, $"{name}.to_v", context, inner);
        toOut = VectorLayers.Matrix(r, $"{name}.to_out.0", inner, query);
        outBias = r.Parameter($"{name}.to_out.0.bias", [query], Initialization.FanIn(inner));
    }

    /// <param name="query">(N, Query, H, W).</param>
    /// <param name="context">(N, Context, h, w).</param>
    /// <returns>As query.</returns>
    public TValue Attend(TValue query, TValue context)
    {
        var asked = VectorLayers.Norm(r, normContext, context);
        var attended = VectorLayers.Attend(
            r,
            widths.Heads,
            widths.Inner,
            r.Conv2d(VectorLayers.Norm(r, normQuery, query), toQuery, null),
            r.Conv2d(asked, toKey, null),
            r.Conv2d(asked, toValue, null));
        return r.Conv2d(attended, toOut, outBias);
    }
}

/// <param name="Query">Numbers of a vector that asks.</param>
/// <param name="Context">Numbers of a vector that answers.</param>
/// <param name="Inner">Numbers of both inside, over all heads.</param>
/// <param name="Heads">Into which Inner is divided.</param>
internal readonly record struct CrossAttentionWidths(int Query, int Context, int Inner, int Heads);
