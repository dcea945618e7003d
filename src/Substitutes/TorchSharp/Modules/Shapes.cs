using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class LogSigmoid : FunctionModule
{
    internal LogSigmoid()
        : base(nameof(LogSigmoid), functional.logsigmoid)
    {
    }
}

public sealed class Softsign : FunctionModule
{
    internal Softsign()
        : base(nameof(Softsign), input => functional.softsign(input))
    {
    }
}

public sealed class Tanhshrink : FunctionModule
{
    internal Tanhshrink()
        : base(nameof(Tanhshrink), functional.tanhshrink)
    {
    }
}

public sealed class Softmax2d : FunctionModule
{
    internal Softmax2d()
        : base(nameof(Softmax2d), input => functional.softmax(input, -3))
    {
    }
}

public sealed class Identity : FunctionModule
{
    internal Identity()
        : base(nameof(Identity), input => input.alias())
    {
    }
}

public sealed class Flatten : ParameterLessModule<Tensor, Tensor>
{
    internal Flatten(long start_dim, long end_dim)
        : base(nameof(Flatten))
    {
        this.start_dim = start_dim;
        this.end_dim = end_dim;
    }

    public long start_dim { get; set; }

    public long end_dim { get; set; }

    public override Tensor forward(Tensor tensor) => tensor.flatten(start_dim, end_dim);
}

public sealed class Unflatten : ParameterLessModule<Tensor, Tensor>
{
    internal Unflatten(long dim, long[] unflattened_size)
        : base(nameof(Unflatten))
    {
        this.dim = dim;
        this.unflattened_size = unflattened_size;
    }

    public long dim { get; set; }

    public long[] unflattened_size { get; set; }

    public override Tensor forward(Tensor tensor) => tensor.unflatten(dim, unflattened_size);
}
