namespace EdgeRestore.Networks.Blocks;

/// <summary>Cross-attention with norms on both sides (CrossAttention of SymUNet_arch.py, arXiv 2512.10581).</summary>
/// <remarks>
/// Vectors are pixels here: (N, D, H, W) stands for N x (H*W) vectors of D numbers, so that norms and linear layers
/// over vectors are those over channels. Asking for the parameters and computing are apart, because the published
/// network has one whose result nobody reads.
/// </remarks>
internal sealed class CrossAttention<TValue>
    where TValue : class
{
    // eps of torch.nn.LayerNorm.
    private const double LayerNormEps = 1e-5;

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
        normQuery = Norm($"{name}.norm_query", query);
        normContext = Norm($"{name}.norm_context", context);
        toQuery = Matrix($"{name}.to_q.weight", query, inner);
        toKey = Matrix($"{name}.to_k.weight", context, inner);
        toValue = Matrix($"{name}.to_v.weight", context, inner);
        toOut = Matrix($"{name}.to_out.0.weight", inner, query);
        outBias = r.Parameter($"{name}.to_out.0.bias", [query], Initialization.FanIn(inner));
    }

    /// <returns>As query.</returns>
    public TValue Attend(TValue query, TValue context)
    {
        // q: (N, heads, Inner/heads, vectors of query); k, v: (N, heads, Inner/heads, vectors of context)
        query = r.LayerNormChannels(query, normQuery.Weight, normQuery.Bias, LayerNormEps);
        context = r.LayerNormChannels(context, normContext.Weight, normContext.Bias, LayerNormEps);
        var scale = 1 / Math.Sqrt(widths.Inner / widths.Heads);
        var q = r.Affine(r.ToHeads(r.Conv2d(query, toQuery, null), widths.Heads), scale);
        var k = r.ToHeads(r.Conv2d(context, toKey, null), widths.Heads);
        var v = r.ToHeads(r.Conv2d(context, toValue, null), widths.Heads);
        var scores = r.Softmax(r.MatMul(r.TransposeLast(q), k), axis: 3);
        var attended = r.FromHeads(r.MatMul(v, r.TransposeLast(scores)), query);
        return r.Conv2d(attended, toOut, outBias);
    }

    private (TValue Weight, TValue Bias) Norm(string name, int size) => (
        r.Parameter($"{name}.weight", [size], Initialization.Ones),
        r.Parameter($"{name}.bias", [size], Initialization.Zeros));

    private TValue Matrix(string name, int inputs, int outputs) => r.Reshape(
        r.Parameter(name, [outputs, inputs], Initialization.FanIn(inputs)), outputs, inputs, 1, 1);
}

/// <param name="Query">Numbers of a vector that asks.</param>
/// <param name="Context">Numbers of a vector that answers.</param>
/// <param name="Inner">Numbers of both inside, over all heads.</param>
/// <param name="Heads">Into which Inner is divided.</param>
internal readonly record struct CrossAttentionWidths(int Query, int Context, int Inner, int Heads);
