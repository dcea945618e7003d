using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class MaxUnpool1d : Module<Tensor, Tensor, long[]?, Tensor>
{
    internal MaxUnpool1d(long kernel_size, long? stride, long? padding)
        : base(nameof(MaxUnpool1d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
    }

    public long kernel_size { get; set; }

    public long? stride { get; set; }

    public long? padding { get; set; }

    public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        functional.max_unpool1d(tensor, indices, kernel_size, stride, padding, output_size);

    public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        base.call(tensor, indices, output_size);

    protected override void RegisterComponents()
    {
    }
}

public sealed class MaxUnpool2d : Module<Tensor, Tensor, long[]?, Tensor>
{
    internal MaxUnpool2d(long[] kernel_size, long[] stride, long[] padding)
        : base(nameof(MaxUnpool2d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
    }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] padding { get; set; }

    public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        functional.max_unpool2d(tensor, indices, kernel_size, stride, padding, output_size);

    public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        base.call(tensor, indices, output_size);

    protected override void RegisterComponents()
    {
    }
}

public sealed class MaxUnpool3d : Module<Tensor, Tensor, long[]?, Tensor>
{
    internal MaxUnpool3d(long[] kernel_size, long[] stride, long[] padding)
        : base(nameof(MaxUnpool3d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
    }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] padding { get; set; }

    public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        functional.max_unpool3d(tensor, indices, kernel_size, stride, padding, output_size);

    public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) =>
        base.call(tensor, indices, output_size);

    protected override void RegisterComponents()
    {
    }
}
