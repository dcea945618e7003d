using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class Unfold : ParameterLessModule<Tensor, Tensor>
{
    internal Unfold((long, long) kernel_size, (long, long) dilation, (long, long) padding, (long, long) stride)
        : base(nameof(Unfold))
    {
        this.kernel_size = kernel_size;
        this.dilation = dilation;
        this.padding = padding;
        this.stride = stride;
    }

    public (long, long) kernel_size { get; set; }

    public (long, long) dilation { get; set; }

    public (long, long) padding { get; set; }

    public (long, long) stride { get; set; }

    public override Tensor forward(Tensor tensor) =>
        functional.unfold(tensor, kernel_size, dilation, padding, stride);
}

public sealed class Fold : ParameterLessModule<Tensor, Tensor>
{
    internal Fold(
        (long, long) output_size, (long, long) kernel_size, (long, long) dilation, (long, long) padding,
        (long, long) stride)
        : base(nameof(Fold))
    {
        this.output_size = output_size;
        this.kernel_size = kernel_size;
        this.dilation = dilation;
        this.padding = padding;
        this.stride = stride;
    }

    public (long, long) output_size { get; set; }

    public (long, long) kernel_size { get; set; }

    public (long, long) dilation { get; set; }

    public (long, long) padding { get; set; }

    public (long, long) stride { get; set; }

    public override Tensor forward(Tensor tensor) =>
        functional.fold(tensor, output_size, kernel_size, dilation, padding, stride);
}

public sealed class RReLU : ParameterLessModule<Tensor, Tensor>
{
    internal RReLU(double lower, double upper, bool inplace)
        : base(nameof(RReLU)) => (this.lower, this.upper, this.inplace) = (lower, upper, inplace);

    public double lower { get; set; }

    public double upper { get; set; }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => functional.rrelu(tensor, lower, upper, training, inplace);
}

/// <summary>y = x1' A x2 + b, one matrix A for each output.</summary>
public sealed class Bilinear : Module<Tensor, Tensor, Tensor>
{
    internal Bilinear(long in1, long in2, long outputs, bool hasBias, Device? device, ScalarType? dtype)
        : base(nameof(Bilinear))
    {
        (in1_features, in2_features, out_features) = (in1, in2, outputs);
        var bound = 1 / Math.Sqrt(in1);
        Add(nameof(weight), outputs, in1, in2);
        if (hasBias)
        {
            Add(nameof(bias), outputs);
        }

        void Add(string name, params long[] size)
        {
            var parameter = new Parameter(empty(size, dtype, device));
            init.uniform_(parameter, -bound, bound);
            register_parameter(name, parameter);
        }
    }

    public long in1_features { get; }

    public long in2_features { get; }

    public long out_features { get; }

    public Parameter weight
    {
        get => get_parameter(nameof(weight))!;
        set => ConditionallyRegisterParameter(nameof(weight), value);
    }

    public Parameter? bias
    {
        get => get_parameter(nameof(bias));
        set => ConditionallyRegisterParameter(nameof(bias), value);
    }

    public override Tensor forward(Tensor input1, Tensor input2) => functional.bilinear(input1, input2, weight, bias);

    protected override void RegisterComponents()
    {
    }
}
