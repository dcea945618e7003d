namespace EdgeRestore.Networks;

/// <summary>
/// The operators that networks are written in. A reading gives them a meaning: a Torch graph (train), an ONNX graph
/// (export), a cost count, a shape check.
/// </summary>
/// <remarks>
/// Images and features are (N, C, H, W) float32, prompts are (N) int64. Parameter names are those of the published
/// checkpoints; a name is asked for once per pass.
/// </remarks>
public interface IReading<TValue>
    where TValue : class
{
    /// <summary>A named parameter with its shape and the distribution that it is drawn from before training.</summary>
    TValue Parameter(string name, long[] shape, Initialization initialization);

    /// <summary>x: (N, C, H, W), weight: (Cout, Cin/groups, kH, kW), bias: (Cout) or none; zero padding.</summary>
    TValue Conv2d(TValue x, TValue weight, TValue? bias, int stride = 1, int padding = 0, int groups = 1);

    /// <summary>x: (N, Cin), weight: (Cout, Cin), bias: (Cout) or none.</summary>
    TValue Linear(TValue x, TValue weight, TValue? bias);

    /// <summary>Per pixel over channels of (N, C, H, W): population variance, eps inside the root.</summary>
    TValue LayerNormChannels(TValue x, TValue weight, TValue bias, double eps);

    /// <summary>
    /// (x - mean) / sqrt(variance + eps) * weight + bias per channel of (N, C, H, W), with statistics that are given
    /// and not those of x.
    /// </summary>
    TValue BatchNorm(TValue x, BatchStatistics<TValue> statistics, double eps);

    /// <summary>The maximum over square windows of (N, C, H, W); padding never wins.</summary>
    TValue MaxPool2d(TValue x, int kernel, int stride, int padding);

    /// <summary>
    /// Where training may drop whole channels of (N, C, H, W) at random; everywhere else x as it is.
    /// </summary>
    TValue DropChannels(TValue x) => x;

    /// <summary>Element-wise with broadcasting of size-1 axes.</summary>
    TValue Add(TValue a, TValue b);

    /// <summary>Element-wise with broadcasting of size-1 axes.</summary>
    TValue Multiply(TValue a, TValue b);

    /// <summary>factor · x + offset.</summary>
    TValue Affine(TValue x, double factor, double offset = 0);

    TValue Concat(IReadOnlyList<TValue> values, int axis);

    /// <summary>
    /// Parts of the given sizes along an axis. Parameters may be split too: along axis 0, their outputs.
    /// </summary>
    IReadOnlyList<TValue> Split(TValue x, int axis, params long[] sizes);

    /// <summary>Exact GELU: x/2 (1 + erf(x/sqrt 2)).</summary>
    TValue Gelu(TValue x);

    TValue Relu(TValue x);

    TValue Sigmoid(TValue x);

    TValue Softmax(TValue x, int axis);

    /// <summary>Of the last two axes; those before are batch and equal.</summary>
    TValue MatMul(TValue a, TValue b);

    /// <summary>Swaps the last two axes.</summary>
    TValue TransposeLast(TValue x);

    /// <summary>x / max(||x||_2, eps) over the last axis.</summary>
    TValue L2NormalizeLast(TValue x, double eps);

    /// <summary>(N, C, H, W) -> (N, heads, C/heads, H*W), channels grouped head-major.</summary>
    TValue ToHeads(TValue x, int heads);

    /// <summary>(N, heads, C/heads, H*W) -> (N, C, H, W) with the H and W of <paramref name="like"/>.</summary>
    TValue FromHeads(TValue x, TValue like);

    /// <summary>
    /// Another shape with as many elements; 0 keeps the axis at that place, one -1 stands for what is left.
    /// </summary>
    TValue Reshape(TValue x, params long[] shape);

    /// <summary>out[c, y*f + i, x*f + j] = in[c*f*f + i*f + j, y, x].</summary>
    TValue PixelShuffle(TValue x, int factor);

    /// <summary>The inverse of <see cref="PixelShuffle"/>.</summary>
    TValue PixelUnshuffle(TValue x, int factor);

    /// <summary>(N, C, H, W) -> (N, C): the mean over pixels.</summary>
    TValue GlobalAveragePool(TValue x);

    /// <summary>(N, C, H, W) -> (N, C): the maximum over pixels.</summary>
    TValue GlobalMaxPool(TValue x);

    /// <summary>Rows of table (K, C) picked by the prompt (N): (N, C).</summary>
    TValue Lookup(TValue table, TValue prompt);

    /// <summary>
    /// Soft-valued hard selection of logits (N, C): 2 sigmoid(logit) where the logit is among the k largest of its row
    /// (ties: lower index first), else 0. A logit of 0 therefore gates with 1. The Torch reading decides what gradient
    /// passes.
    /// </summary>
    TValue TopKGate(TValue logits, int k);

    /// <summary>
    /// Pads right and bottom by reflection to multiples of a number; undone by <see cref="CropLike"/>.
    /// </summary>
    TValue PadToMultiple(TValue x, int multiple);

    /// <summary>The top left part of x that is as high and wide as <paramref name="like"/>.</summary>
    TValue CropLike(TValue x, TValue like);
}
