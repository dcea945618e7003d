using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What all convolutions share: sizes, weights, and their initial values (PyTorch's, uniform within 1/sqrt(fan
/// in)).</summary>
public abstract class Convolution : Module<Tensor, Tensor>
{
    private readonly long[] _borders;
    private Parameter _weight;
    private Parameter? _bias;

    private protected Convolution(string name, ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(name)
    {
        stride = shape.Strides;
        padding = shape.Paddings;
        dilation = shape.Dilations;
        output_padding = shape.OutputPaddings;
        kernel_size = shape.Kernel;
        transposed = shape.Transposed;
        padding_mode = shape.PaddingMode;
        groups = shape.Groups;
        in_channels = shape.InChannels;
        out_channels = shape.OutChannels;
        _borders = [.. padding.Reverse().SelectMany(padding => new[] { padding, padding })];
        long[] sizes = shape.Transposed
            ? [shape.InChannels, shape.OutChannels / shape.Groups, .. shape.Kernel]
            : [shape.OutChannels, shape.InChannels / shape.Groups, .. shape.Kernel];
        _weight = new Parameter(empty(sizes, dtype, device));
        register_parameter("weight", _weight);
        if (shape.Bias)
        {
            _bias = new Parameter(empty(shape.OutChannels, dtype, device));
            register_parameter("bias", _bias);
        }

        reset_parameters();
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public long groups { get; }

    public PaddingModes padding_mode { get; }

    public bool transposed { get; }

    public long[] padding { get; }

    public long[] output_padding { get; set; }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] dilation { get; set; }

    public Parameter weight
    {
        get => _weight;
        set
        {
            _weight = value ?? throw new ArgumentNullException(nameof(value));
            ConditionallyRegisterParameter(nameof(weight), value);
        }
    }

    public Parameter? bias
    {
        get => _bias;
        set
        {
            _bias = value;
            ConditionallyRegisterParameter(nameof(bias), value);
        }
    }

    public void reset_parameters()
    {
        init.kaiming_uniform_(_weight, Math.Sqrt(5));
        if (_bias is not null)
        {
            var bound = 1 / Math.Sqrt(_weight.shape.Skip(1).Aggregate(1L, (left, right) => left * right));
            init.uniform_(_bias, -bound, bound);
        }
    }

    private protected bool PadsItself => padding_mode is PaddingModes.Zeros or PaddingModes.Constant;

    // For reflect, replicate and circular padding: the input with its borders, to be convolved without padding.
    private protected Tensor Pad(Tensor input) => functional.pad(input, _borders, padding_mode);

    protected override void RegisterComponents()
    {
    }
}

internal sealed record ConvolutionShape(
    long InChannels, long OutChannels, long[] Kernel, long[] Strides, long[] Paddings, long[] Dilations,
    long[] OutputPaddings, long Groups, bool Bias, PaddingModes PaddingMode, bool Transposed = false)
{
    // padding: Same needs an odd reach: PyTorch pads one side more for an even one, which no padding number can say.
    internal static long[] Resolve(Padding padding, long[] kernel, long[] dilation)
    {
        if (padding == Padding.Valid)
        {
            return new long[kernel.Length];
        }

        var reach = kernel.Zip(dilation, (size, step) => step * (size - 1)).ToArray();
        if (reach.Any(total => total % 2 != 0))
        {
            throw new ArgumentException(
                $"padding: Same with kernel [{string.Join(", ", kernel)}] and dilation "
                + $"[{string.Join(", ", dilation)}] would "
                + "pad unevenly; use an odd kernel or pad explicitly.");
        }

        return [.. reach.Select(total => total / 2)];
    }
}

public class Conv1d : Convolution
{
    internal Conv1d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(Conv1d), shape, device, dtype)
    {
    }

    public override Tensor forward(Tensor input)
    {
        if (PadsItself)
        {
            return functional.conv1d(input, weight, bias, stride[0], padding[0], dilation[0], groups);
        }

        using var padded = Pad(input);
        return functional.conv1d(padded, weight, bias, stride[0], 0, dilation[0], groups);
    }
}

public class Conv2d : Convolution
{
    internal Conv2d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(Conv2d), shape, device, dtype)
    {
    }

    public override Tensor forward(Tensor input)
    {
        if (PadsItself)
        {
            return functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
        }

        using var padded = Pad(input);
        return functional.conv2d(padded, weight, bias, stride, [0, 0], dilation, groups);
    }
}

public class Conv3d : Convolution
{
    internal Conv3d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(Conv3d), shape, device, dtype)
    {
    }

    public override Tensor forward(Tensor input)
    {
        if (PadsItself)
        {
            return functional.conv3d(input, weight, bias, stride, padding, dilation, groups);
        }

        using var padded = Pad(input);
        return functional.conv3d(padded, weight, bias, stride, [0, 0, 0], dilation, groups);
    }
}

/// <summary>A convolution's transpose; output_size picks among the sizes that a stride leaves open.</summary>
public abstract class ConvolutionTranspose : Convolution
{
    private protected ConvolutionTranspose(string name, ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(name, shape, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) => Transpose(input, output_padding);

    public virtual Tensor forward(Tensor input, long[]? output_size) =>
        Transpose(input, output_size is null ? output_padding : PaddingFor(input, output_size));

    private protected abstract Tensor Transpose(Tensor input, long[] extra);

    private long[] PaddingFor(Tensor input, long[] size)
    {
        var rank = kernel_size.Length;
        var extra = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            var smallest = ((input.shape[input.shape.Length - rank + i] - 1) * stride[i]) - (2 * padding[i])
                + (dilation[i] * (kernel_size[i] - 1)) + 1;
            extra[i] = size[size.Length - rank + i] - smallest;
            if (extra[i] < 0 || extra[i] >= Math.Max(stride[i], dilation[i]))
            {
                throw new ArgumentException(
                    $"output_size [{string.Join(", ", size)}] cannot be reached: dimension {i} takes "
                    + $"{smallest} to {smallest + Math.Max(stride[i], dilation[i]) - 1}.", nameof(size));
            }
        }

        return extra;
    }
}

public class ConvTranspose1d : ConvolutionTranspose
{
    internal ConvTranspose1d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose1d), shape, device, dtype)
    {
    }

    private protected override Tensor Transpose(Tensor input, long[] extra) =>
        functional.conv_transpose1d(
            input, weight, bias, stride[0], padding[0], extra[0], dilation[0], groups);
}

public class ConvTranspose2d : ConvolutionTranspose
{
    internal ConvTranspose2d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose2d), shape, device, dtype)
    {
    }

    private protected override Tensor Transpose(Tensor input, long[] extra) =>
        functional.conv_transpose2d(
            input, weight, bias, stride, padding, extra, dilation, groups);
}

public class ConvTranspose3d : ConvolutionTranspose
{
    internal ConvTranspose3d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose3d), shape, device, dtype)
    {
    }

    private protected override Tensor Transpose(Tensor input, long[] extra) =>
        functional.conv_transpose3d(
            input, weight, bias, stride, padding, extra, dilation, groups);
}
