using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class MaxPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal MaxPool3d(long[] kernel_size, long[] stride, long[] padding, long[] dilation, bool ceil_mode)
        : base(nameof(MaxPool3d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceil_mode = ceil_mode;
    }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] padding { get; set; }

    public long[] dilation { get; set; }

    public bool ceil_mode { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.max_pool3d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
}

public sealed class AvgPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal AvgPool3d(
        long[] kernel_size, long[] stride, long[] padding, bool ceil_mode, bool count_include_pad,
        long? divisor_override)
        : base(nameof(AvgPool3d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
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
        functional.avg_pool3d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}

public sealed class AdaptiveAvgPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveAvgPool3d(long[] output_size)
        : base(nameof(AdaptiveAvgPool3d))
    {
        this.output_size = output_size;
    }

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.adaptive_avg_pool3d(input, output_size);
}

public sealed class AdaptiveMaxPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveMaxPool1d(long output_size)
        : base(nameof(AdaptiveMaxPool1d))
    {
        this.output_size = output_size;
    }

    public long output_size { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.adaptive_max_pool1d(input, output_size);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.adaptive_max_pool1d_with_indices(input, output_size);
}

public sealed class AdaptiveMaxPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveMaxPool2d(long[] output_size)
        : base(nameof(AdaptiveMaxPool2d))
    {
        this.output_size = output_size;
    }

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.adaptive_max_pool2d(input, output_size);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.adaptive_max_pool2d_with_indices(input, output_size);
}

public sealed class AdaptiveMaxPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveMaxPool3d(long[] output_size)
        : base(nameof(AdaptiveMaxPool3d))
    {
        this.output_size = output_size;
    }

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.adaptive_max_pool3d(input, output_size);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.adaptive_max_pool3d_with_indices(input, output_size);
}

public sealed class LPPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal LPPool1d(double norm_type, long kernel_size, long? stride, bool ceil_mode)
        : base(nameof(LPPool1d))
    {
        this.norm_type = norm_type;
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.ceil_mode = ceil_mode;
    }

    public double norm_type { get; set; }

    public long kernel_size { get; set; }

    public long? stride { get; set; }

    public bool ceil_mode { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.lp_pool1d(input, norm_type, kernel_size, stride, ceil_mode);
}

public sealed class LPPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal LPPool2d(double norm_type, long[] kernel_size, long[]? stride, bool ceil_mode)
        : base(nameof(LPPool2d))
    {
        this.norm_type = norm_type;
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.ceil_mode = ceil_mode;
    }

    public double norm_type { get; set; }

    public long[] kernel_size { get; set; }

    public long[]? stride { get; set; }

    public bool ceil_mode { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.lp_pool2d(input, norm_type, kernel_size, stride, ceil_mode);
}

public sealed class FractionalMaxPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal FractionalMaxPool2d(long[] kernel_size, long[]? output_size, double[]? output_ratio)
        : base(nameof(FractionalMaxPool2d))
    {
        this.kernel_size = kernel_size;
        this.output_size = output_size;
        this.output_ratio = output_ratio;
    }

    public long[] kernel_size { get; set; }

    public long[]? output_size { get; set; }

    public double[]? output_ratio { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.fractional_max_pool2d(input, kernel_size, output_size, output_ratio);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio);
}

public sealed class FractionalMaxPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal FractionalMaxPool3d(long[] kernel_size, long[]? output_size, double[]? output_ratio)
        : base(nameof(FractionalMaxPool3d))
    {
        this.kernel_size = kernel_size;
        this.output_size = output_size;
        this.output_ratio = output_ratio;
    }

    public long[] kernel_size { get; set; }

    public long[]? output_size { get; set; }

    public double[]? output_ratio { get; set; }

    public override Tensor forward(Tensor input) =>
        functional.fractional_max_pool3d(input, kernel_size, output_size, output_ratio);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) =>
        functional.fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio);
}
