using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A module that is one function of one tensor.</summary>
public abstract class FunctionModule : ParameterLessModule<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> _function;

    private protected FunctionModule(string name, Func<Tensor, Tensor> function)
        : base(name) => _function = function;

    public override Tensor forward(Tensor input) => _function(input);
}
