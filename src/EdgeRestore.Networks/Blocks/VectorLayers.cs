namespace EdgeRestore.Networks.Blocks;

/// <summary>Layers over vectors, with PyTorch's parameter names and initial distributions.</summary>
/// <remarks>
/// Vectors are pixels here: (N, D, H, W) stands for N x (H*W) vectors of D numbers, so that norms and linear layers
/// over vectors are those over channels.
/// </remarks>
internal static class VectorLayers
{
    // eps of torch.nn.LayerNorm.
    private const double LayerNormEps = 1e-5;

    /// <summary>The parameters of a norm.</summary>
    public static (TValue Weight, TValue Bias) NormParameters<TValue>(IReading<TValue> r, string name, int size)
        where TValue : class => (
            r.Parameter($"{name}.weight", [size], Initialization.Ones),
            r.Parameter($"{name}.bias", [size], Initialization.Zeros));

    public static TValue Norm<TValue>(IReading<TValue> r, (TValue Weight, TValue Bias) parameters, TValue x)
        where TValue : class => r.LayerNormChannels(x, parameters.Weight, parameters.Bias, LayerNormEps);

    /// <summary>The weight of a linear layer, as that of a 1x1 convolution.</summary>
    public static TValue Matrix<TValue>(IReading<TValue> r, string name, int inputs, int outputs)
        where TValue : class => r.Reshape(
            r.Parameter($"{name}.weight", [outputs, inputs], Initialization.FanIn(inputs)), outputs, inputs, 1, 1);

    public static TValue Linear<TValue>(IReading<TValue> r, string name, int inputs, int outputs, TValue x)
        where TValue : class => r.Conv2d(
            x,
            Matrix(r, name, inputs, outputs),
            r.Parameter($"{name}.bias", [outputs], Initialization.FanIn(inputs)));

    /// <summary>softmax(q k / sqrt(D / heads)) v, the vectors of v weighed for each vector of q.</summary>
    /// <param name="r">What the operators mean.</param>
    /// <param name="heads">Into which the numbers are divided.</param>
    /// <param name="size">D, the numbers of each vector.</param>
    /// <param name="q">(N, D, H, W).</param>
    /// <param name="k">(N, D, h, w).</param>
    /// <param name="v">As k.</param>
    /// <returns>As q.</returns>
    public static TValue Attend<TValue>(IReading<TValue> r, int heads, int size, TValue q, TValue k, TValue v)
        where TValue : class
    {
        // asking: (N, heads, D/heads, H*W); scores: (N, heads, H*W, h*w)
        var asking = r.ToHeads(r.Affine(q, 1 / Math.Sqrt(size / heads)), heads);
        var scores = r.Softmax(r.MatMul(r.TransposeLast(asking), r.ToHeads(k, heads)), axis: 3);
        return r.FromHeads(r.MatMul(r.ToHeads(v, heads), r.TransposeLast(scores)), q);
    }
}
