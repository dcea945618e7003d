using EdgeRestore.Networks;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EdgeRestore.Training.Readings;

/// <summary>The Torch meaning of the operators: what is trained.</summary>
/// <remarks>
/// Features stay in channels-last memory behind (N, C, H, W) shapes: on CPU that makes the norm over channels a norm
/// over the last axis and the 1x1 convolutions plain matrix products. With bfloat16, convolutions, matrix products,
/// GELU and gates compute in it; norms, L2 norms, softmax, pooling and the convolution that makes pixels stay in
/// float32.
/// </remarks>
internal class TorchReading : IReading<Tensor>
{
    // A convolution with so few outputs makes pixels, not features: eight bits of mantissa would show. RGB of 2x2
    // pixels is the most that a network makes at once; at 16 the narrowest features counted as pixels, and the step of
    // symunet-s took half as long again.
    private const long PixelChannelsMax = 3 * 2 * 2;

    private readonly IReadOnlyDictionary<string, Tensor> _parameters;
    private readonly double _gateTemperature;

    public TorchReading(
        IReadOnlyDictionary<string, Tensor> parameters, ScalarType computeType, double gateTemperature = 1)
    {
        _parameters = parameters;
        ComputeType = computeType;
        _gateTemperature = gateTemperature;
    }

    protected ScalarType ComputeType { get; }

    public virtual Tensor Parameter(string name, long[] shape, Initialization initialization)
    {
        if (!_parameters.TryGetValue(name, out var parameter))
        {
            throw new EdgeRestoreException(
                $"The checkpoint has no parameter '{name}' ({string.Join(", ", shape)}) that the network asks for; it "
                + $"has {_parameters.Count} parameters. Use a checkpoint of the same network and preset.");
        }

        if (!parameter.shape.AsSpan().SequenceEqual(shape))
        {
            throw new EdgeRestoreException(
                $"Parameter '{name}' is ({string.Join(", ", parameter.shape)}) in the checkpoint; the network asks for "
                + $"({string.Join(", ", shape)}). Use a checkpoint of the same network and preset.");
        }

        return parameter;
    }

    public virtual Tensor Conv2d(Tensor x, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, int groups = 1)
    {
        var type = weight.shape[0] <= PixelChannelsMax ? ScalarType.Float32 : ComputeType;
        return F.conv2d(
            ChannelsLast(As(x, type)), As(weight, type), bias is null ? null : As(bias, type),
            strides: [stride, stride], padding: [padding, padding], dilation: [1, 1], groups: groups);
    }

    public virtual Tensor Linear(Tensor x, Tensor weight, Tensor? bias) =>
        F.linear(
            As(x, ScalarType.Float32),
            As(weight, ScalarType.Float32),
            bias is null ? null : As(bias, ScalarType.Float32));

    public Tensor LayerNormChannels(Tensor x, Tensor weight, Tensor bias, double eps)
    {
        var channels = x.shape[1];
        // In float32: libtorch 1.13 takes 8 to 11 times as long over rows of bfloat16 (8 x 32 x 32 x 32: 5.5 against
        // 0.7 ms).
        var last = As(ChannelsLast(x).permute(0, 2, 3, 1), ScalarType.Float32);
        return As(F.layer_norm(last, [channels], weight, bias, eps), ComputeType).permute(0, 3, 1, 2);
    }

    // The statistics are given: no gradient reaches them.
    public virtual Tensor BatchNorm(Tensor x, BatchStatistics<Tensor> statistics, double eps) => As(
        F.batch_norm(
            As(x, ScalarType.Float32),
            statistics.Mean.detach(),
            statistics.Variance.detach(),
            statistics.Weight,
            statistics.Bias,
            training: false,
            eps: eps),
        ComputeType);

    public virtual Tensor DropChannels(Tensor x) => x;

    public Tensor MaxPool2d(Tensor x, int kernel, int stride, int padding) =>
        F.max_pool2d(x, [kernel, kernel], [stride, stride], [padding, padding]);

    public Tensor Add(Tensor a, Tensor b) => a.add(b);

    public Tensor Multiply(Tensor a, Tensor b)
    {
        // A gate or a temperature in float32 must not drag whole feature maps out of bfloat16.
        var type = a.numel() >= b.numel() ? a.dtype : b.dtype;
        return As(a, type).mul(As(b, type));
    }

    public Tensor Affine(Tensor x, double factor, double offset = 0)
    {
        var scaled = factor == 1 ? x : x.mul(factor);
        return offset == 0 ? scaled : scaled.add(offset);
    }

    public Tensor Concat(IReadOnlyList<Tensor> values, int axis) => torch.cat([.. values], axis);

    // split, not narrow: its backward is one concatenation instead of a zero-filled whole for each part.
    public IReadOnlyList<Tensor> Split(Tensor x, int axis, params long[] sizes) => x.split(sizes, axis);

    // oneDNN's GELU is taken for dense memory only, and a channels-last (N, C, H, W) does not count as such; its
    // (N, H, W, C) view does (8 x 64 x 32 x 32, both ways: 2 against 15 ms).
    public Tensor Gelu(Tensor x) => F.gelu(ChannelsLast(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2);

    public Tensor Relu(Tensor x) => F.relu(x);

    public Tensor Sigmoid(Tensor x) => x.sigmoid();

    public Tensor Softmax(Tensor x, int axis) => F.softmax(As(x, ScalarType.Float32), axis);

    public Tensor MatMul(Tensor a, Tensor b) => As(a, ComputeType).matmul(As(b, ComputeType));

    public Tensor TransposeLast(Tensor x) => x.transpose(-2, -1);

    public Tensor L2NormalizeLast(Tensor x, double eps)
    {
        // Times the reciprocal root of a sum of squares: backward is a third of that of a division by a norm.
        var squares = x.mul(x).sum([x.dim() - 1], keepdim: true, type: ScalarType.Float32);
        return x.mul(As(squares.clamp_min(eps * eps).rsqrt(), x.dtype));
    }

    // (N, C, H, W) -> (N, heads, C/heads, H*W); the copy out of channels-last is what makes rows of pixels contiguous.
    public Tensor ToHeads(Tensor x, int heads) =>
        x.reshape(x.shape[0], heads, x.shape[1] / heads, x.shape[2] * x.shape[3]);

    public Tensor FromHeads(Tensor x, Tensor like) =>
        ChannelsLast(x.reshape(x.shape[0], x.shape[1] * x.shape[2], like.shape[2], like.shape[3]));

    public Tensor Reshape(Tensor x, params long[] shape) =>
        x.reshape([.. shape.Select((side, axis) => side == 0 ? x.shape[axis] : side)]);

    public Tensor PixelShuffle(Tensor x, int factor) => ChannelsLast(F.pixel_shuffle(x, factor));

    public Tensor PixelUnshuffle(Tensor x, int factor) => ChannelsLast(F.pixel_unshuffle(x, factor));

    public Tensor GlobalAveragePool(Tensor x) => As(x, ScalarType.Float32).mean([2, 3]);

    public Tensor GlobalMaxPool(Tensor x) => As(x, ScalarType.Float32).amax([2, 3]);

    public Tensor Lookup(Tensor table, Tensor prompt) => table.index_select(0, prompt);

    // logits: (N, C) -> (N, C). Forward: 2 sigmoid(logit) on the k largest of each row, 0 elsewhere. Backward: the hard
    // mask passes the gradient of sigmoid((logit - threshold) / temperature), so channels compete around the threshold
    // (straight-through, restoration.md 2.7 scheme 2, on top of the soft value of scheme 3).
    public Tensor TopKGate(Tensor logits, int k)
    {
        var (mask, threshold) = TopKMask(logits, k);
        var soft = logits.sigmoid().mul(2);
        if (!logits.requires_grad)
        {
            return soft.mul(mask);
        }

        var slope = logits.sub(threshold).div(_gateTemperature).sigmoid();
        return soft.mul(mask.add(slope.sub(slope.detach())));
    }

    public Tensor PadToMultiple(Tensor x, int multiple)
    {
        var bottom = (multiple - (x.shape[2] % multiple)) % multiple;
        var right = (multiple - (x.shape[3] % multiple)) % multiple;
        return bottom == 0 && right == 0 ? x : F.pad(x, [0, right, 0, bottom], PaddingModes.Reflect);
    }

    public Tensor CropLike(Tensor x, Tensor like) =>
        x.shape[2] == like.shape[2] && x.shape[3] == like.shape[3]
            ? x
            : x.narrow(2, 0, like.shape[2]).narrow(3, 0, like.shape[3]);

    // On the host, because ties go to the lower index, which Torch's topk does not promise. Rows are short.
    private static (Tensor Mask, Tensor Threshold) TopKMask(Tensor logits, int k)
    {
        var rows = checked((int)logits.shape[0]);
        var channels = checked((int)logits.shape[1]);
        var values = logits.detach().cpu().contiguous().data<float>().ToArray();
        var mask = new float[rows * channels];
        var threshold = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            var selected = TopK(values.AsSpan(row * channels, channels), k);
            threshold[row] = values[(row * channels) + selected[^1]];
            foreach (var index in selected)
            {
                mask[(row * channels) + index] = 1;
            }
        }

        return (
            torch.tensor(mask, [rows, channels]).to(logits.device),
            torch.tensor(threshold, [rows, 1]).to(logits.device));
    }

    /// <summary>Indices of the k largest values; of equal ones the lower index comes first.</summary>
    internal static int[] TopK(ReadOnlySpan<float> values, int k)
    {
        var copy = values.ToArray();
        return [.. Enumerable.Range(0, copy.Length).OrderByDescending(index => copy[index]).Take(k)];
    }

    protected static Tensor As(Tensor x, ScalarType type) => x.dtype == type ? x : x.to(type);

    private static Tensor ChannelsLast(Tensor x) =>
        x.dim() != 4 || x.stride(1) == 1 ? x : x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
