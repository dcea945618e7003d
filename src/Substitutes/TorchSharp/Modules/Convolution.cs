using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What all convolutions share: sizes, weights, and their initial values (PyTorch's, uniform within 1/sqrt(fan
/// in)).</summary>
public abstract class Convolution : Module<Tensor, Tensor>
{
    private protected readonly long[] Dilations;
    private protected readonly long[] Paddings;
    private protected readonly long[] OutputPaddings;
    private protected readonly long[] Strides;
    private readonly long[] _borders;
    private Parameter _weight;
    private Parameter? _bias;

    private protected Convolution(string name, ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(name)
    {
        Strides = shape.Strides;
        Paddings = shape.Paddings;
        Dilations = shape.Dilations;
        OutputPaddings = shape.OutputPaddings;
        padding_mode = shape.PaddingMode;
        groups = shape.Groups;
        in_channels = shape.InChannels;
        out_channels = shape.OutChannels;
        _borders = [.. Paddings.Reverse().SelectMany(padding => new[] { padding, padding })];
        long[] sizes = shape.Transposed
            ? [shape.InChannels, shape.OutChannels / shape.Groups, .. shape.Kernel]
            : [shape.OutChannels, shape.InChannels / shape.Groups, .. shape.Kernel];
        _weight = new Parameter(empty(sizes, dtype, device));
        init.kaiming_uniform_(_weight, Math.Sqrt(5));
        register_parameter("weight", _weight);
        if (shape.Bias)
        {
            _bias = new Parameter(empty(shape.OutChannels, dtype, device));
            var bound = 1 / Math.Sqrt(sizes.Skip(1).Aggregate(1L, (left, right) => left * right));
            init.uniform_(_bias, -bound, bound);
            register_parameter("bias", _bias);
        }
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public long groups { get; }

    public PaddingModes padding_mode { get; }

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
            return functional.conv1d(input, weight, bias, Strides[0], Paddings[0], Dilations[0], groups);
        }

        using var padded = Pad(input);
        return functional.conv1d(padded, weight, bias, Strides[0], 0, Dilations[0], groups);
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
            return functional.conv2d(input, weight, bias, Strides, Paddings, Dilations, groups);
        }

        using var padded = Pad(input);
        return functional.conv2d(padded, weight, bias, Strides, [0, 0], Dilations, groups);
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
            return functional.conv3d(input, weight, bias, Strides, Paddings, Dilations, groups);
        }

        using var padded = Pad(input);
        return functional.conv3d(padded, weight, bias, Strides, [0, 0, 0], Dilations, groups);
    }
}

public class ConvTranspose1d : Convolution
{
    internal ConvTranspose1d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose1d), shape, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) =>
        functional.conv_transpose1d(
            input, weight, bias, Strides[0], Paddings[0], OutputPaddings[0], Dilations[0], groups);
}

public class ConvTranspose2d : Convolution
{
    internal ConvTranspose2d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose2d), shape, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) =>
        functional.conv_transpose2d(input, weight, bias, Strides, Paddings, OutputPaddings, Dilations, groups);
}

public class ConvTranspose3d : Convolution
{
    internal ConvTranspose3d(ConvolutionShape shape, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose3d), shape, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) =>
        functional.conv_transpose3d(input, weight, bias, Strides, Paddings, OutputPaddings, Dilations, groups);
}
