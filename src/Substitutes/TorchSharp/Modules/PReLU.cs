using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class PReLU : Module<Tensor, Tensor>
{
    internal PReLU(long num_parameters, double init, Device? device, ScalarType? dtype)
        : base(nameof(PReLU))
    {
        this.num_parameters = num_parameters;
        weight = new Parameter(full(num_parameters, init, dtype, device));
        register_parameter(nameof(weight), weight);
    }

    public long num_parameters { get; }

    public Parameter weight { get; }

    public override Tensor forward(Tensor tensor) => functional.prelu(tensor, weight);

    protected override void RegisterComponents()
    {
    }
}
