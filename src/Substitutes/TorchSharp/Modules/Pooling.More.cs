using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class MaxPool3d : FunctionModule
{
    internal MaxPool3d(Func<Tensor, Tensor> function)
        : base(nameof(MaxPool3d), function)
    {
    }
}

public sealed class AvgPool3d : FunctionModule
{
    internal AvgPool3d(Func<Tensor, Tensor> function)
        : base(nameof(AvgPool3d), function)
    {
    }
}

public sealed class AdaptiveAvgPool3d : FunctionModule
{
    internal AdaptiveAvgPool3d(Func<Tensor, Tensor> function)
        : base(nameof(AdaptiveAvgPool3d), function)
    {
    }
}

public sealed class AdaptiveMaxPool1d : FunctionModule
{
    internal AdaptiveMaxPool1d(Func<Tensor, Tensor> function)
        : base(nameof(AdaptiveMaxPool1d), function)
    {
    }
}

public sealed class AdaptiveMaxPool3d : FunctionModule
{
    internal AdaptiveMaxPool3d(Func<Tensor, Tensor> function)
        : base(nameof(AdaptiveMaxPool3d), function)
    {
    }
}

public sealed class LPPool1d : FunctionModule
{
    internal LPPool1d(Func<Tensor, Tensor> function)
        : base(nameof(LPPool1d), function)
    {
    }
}

public sealed class LPPool2d : FunctionModule
{
    internal LPPool2d(Func<Tensor, Tensor> function)
        : base(nameof(LPPool2d), function)
    {
    }
}

public sealed class FractionalMaxPool2d : FunctionModule
{
    internal FractionalMaxPool2d(Func<Tensor, Tensor> function)
        : base(nameof(FractionalMaxPool2d), function)
    {
    }
}

public sealed class FractionalMaxPool3d : FunctionModule
{
    internal FractionalMaxPool3d(Func<Tensor, Tensor> function)
        : base(nameof(FractionalMaxPool3d), function)
    {
    }
}

public sealed class MaxUnpool1d : Module<Tensor, Tensor, long[]?, Tensor>
{
    private readonly long[] _kernel;
    private readonly long[] _stride;
    private readonly long[] _padding;

    internal MaxUnpool1d(long[] kernel, long[] stride, long[] padding)
        : base(nameof(MaxUnpool1d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        functional.Unpool(tensor, indices, _kernel, _stride, _padding, output_size);

    public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        base.call(tensor, indices, output_size);

    protected override void RegisterComponents()
    {
    }
}

public sealed class MaxUnpool2d : Module<Tensor, Tensor, long[]?, Tensor>
{
    private readonly long[] _kernel;
    private readonly long[] _stride;
    private readonly long[] _padding;

    internal MaxUnpool2d(long[] kernel, long[] stride, long[] padding)
        : base(nameof(MaxUnpool2d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        functional.Unpool(tensor, indices, _kernel, _stride, _padding, output_size);

    public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        base.call(tensor, indices, output_size);

    protected override void RegisterComponents()
    {
    }
}

public sealed class MaxUnpool3d : Module<Tensor, Tensor, long[]?, Tensor>
{
    private readonly long[] _kernel;
    private readonly long[] _stride;
    private readonly long[] _padding;

    internal MaxUnpool3d(long[] kernel, long[] stride, long[] padding)
        : base(nameof(MaxUnpool3d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        functional.Unpool(tensor, indices, _kernel, _stride, _padding, output_size);

    public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        base.call(tensor, indices, output_size);

    protected override void RegisterComponents()
    {
    }
}
