using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class MaxPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal MaxPool1d(long kernel_size, long? stride, long? padding, long? dilation, bool ceil_mode)
        : base(nameof(MaxPool1d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceil_mode = ceil_mode;
    }

    public long kernel_size { get; set; }

    public long? stride { get; set; }

    public long? padding { get; set; }

    public long? dilation { get; set; }

    public bool ceil_mode { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}

public sealed class MaxPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal MaxPool2d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(nameof(MaxPool2d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride ?? kernel_size;
        this.padding = padding ?? [0, 0];
        this.dilation = dilation ?? [1, 1];
        this.ceil_mode = ceil_mode;
    }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] padding { get; set; }

    public long[] dilation { get; set; }

    public bool ceil_mode { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}

public sealed class AvgPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal AvgPool1d(long kernel_size, long? stride, long? padding, bool ceil_mode, bool count_include_pad)
        : base(nameof(AvgPool1d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.ceil_mode = ceil_mode;
        this.count_include_pad = count_include_pad;
    }

    public long kernel_size { get; set; }

    public long? stride { get; set; }

    public long? padding { get; set; }

    public bool ceil_mode { get; set; }

    public bool count_include_pad { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad);
}

public sealed class AvgPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal AvgPool2d(
        long[] kernel_size, long[]? stride, long[]? padding, bool ceil_mode, bool count_include_pad,
            long? divisor_override)
        : base(nameof(AvgPool2d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride ?? kernel_size;
        this.padding = padding ?? [0, 0];
        this.ceil_mode = ceil_mode;
        this.count_include_pad = count_include_pad;
        this.divisor_override = divisor_override;
    }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] padding { get; set; }

    public bool ceil_mode { get; set; }

    public bool count_include_pad { get; set; }

    public long? divisor_override { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}

public sealed class AdaptiveAvgPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveAvgPool1d(long output_size)
        : base(nameof(AdaptiveAvgPool1d)) => this.output_size = output_size;

    public long output_size { get; set; }

    public override Tensor forward(Tensor input) => functional.adaptive_avg_pool1d(input, output_size);
}

public sealed class AdaptiveAvgPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveAvgPool2d(long[] output_size)
        : base(nameof(AdaptiveAvgPool2d)) => this.output_size = output_size;

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) => functional.adaptive_avg_pool2d(input, output_size);
}

public sealed class Upsample : ParameterLessModule<Tensor, Tensor>
{
    private readonly bool _recompute;

    internal Upsample(long[]? size, double[]? scale_factor, UpsampleMode mode, bool? align_corners, bool? recompute)
        : base(nameof(Upsample))
    {
        this.size = size;
        this.scale_factor = scale_factor;
        this.mode = mode;
        this.align_corners = align_corners;
        _recompute = recompute ?? false;
    }

    public long[]? size { get; }

    public double[]? scale_factor { get; }

    public UpsampleMode mode { get; }

    public bool? align_corners { get; }

    public override Tensor forward(Tensor input) =>
        functional.interpolate(input, size, scale_factor, (InterpolationMode)mode, align_corners, _recompute);
}

/// <summary>Every padding module: a mode, a value and borders, the last dimension's first.</summary>
public abstract class PadBase : ParameterLessModule<Tensor, Tensor>
{
    private readonly PaddingModes _mode;
    private readonly double _value;
    private readonly long[] _borders;

    private protected PadBase(string name, PaddingModes mode, double value, params long[] borders)
        : base(name) => (_mode, _value, _borders) = (mode, value, borders);

    public override Tensor forward(Tensor input) => functional.pad(input, _borders, _mode, _value);
}

public sealed class ZeroPad2d : PadBase
{
    internal ZeroPad2d(params long[] borders)
        : base(nameof(ZeroPad2d), PaddingModes.Constant, 0, borders)
    {
    }
}

public sealed class ConstantPad2d : PadBase
{
    internal ConstantPad2d(double value, params long[] borders)
        : base(nameof(ConstantPad2d), PaddingModes.Constant, value, borders)
    {
    }
}

public sealed class ReflectionPad1d : PadBase
{
    internal ReflectionPad1d(params long[] borders)
        : base(nameof(ReflectionPad1d), PaddingModes.Reflect, 0, borders)
    {
    }
}

public sealed class ReflectionPad2d : PadBase
{
    internal ReflectionPad2d(params long[] borders)
        : base(nameof(ReflectionPad2d), PaddingModes.Reflect, 0, borders)
    {
    }
}

public sealed class ReplicationPad1d : PadBase
{
    internal ReplicationPad1d(params long[] borders)
        : base(nameof(ReplicationPad1d), PaddingModes.Replicate, 0, borders)
    {
    }
}

public sealed class ReplicationPad2d : PadBase
{
    internal ReplicationPad2d(params long[] borders)
        : base(nameof(ReplicationPad2d), PaddingModes.Replicate, 0, borders)
    {
    }
}
