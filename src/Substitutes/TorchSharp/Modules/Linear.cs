using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public class Linear : Module<Tensor, Tensor>
{
    private Parameter _weight;
    private Parameter? _bias;

    internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype)
        : base(nameof(Linear))
    {
        in_features = inputSize;
        out_features = outputSize;
        _weight = new Parameter(empty(outputSize, inputSize, dtype, device));
        init.kaiming_uniform_(_weight, Math.Sqrt(5));
        register_parameter("weight", _weight);
        if (hasBias)
        {
            _bias = new Parameter(empty(outputSize, dtype, device));
            var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
            init.uniform_(_bias, -bound, bound);
            register_parameter("bias", _bias);
        }
    }

    public long in_features { get; }

    public long out_features { get; }

    public Parameter? bias
    {
        get => _bias;
        set
        {
            _bias = value;
            ConditionallyRegisterParameter(nameof(bias), value);
        }
    }

    public Parameter weight
    {
        get => _weight;
        set
        {
            _weight = value ?? throw new ArgumentNullException(nameof(value));
            ConditionallyRegisterParameter(nameof(weight), value);
        }
    }

    public override Tensor forward(Tensor tensor) => functional.linear(tensor, weight, bias);

    protected override void RegisterComponents()
    {
    }
}
