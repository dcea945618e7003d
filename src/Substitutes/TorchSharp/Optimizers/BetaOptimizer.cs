using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What Adam and its relatives share: two decay rates.</summary>
public abstract class BetaOptimizer : OptimizerHelper, optim.IBetas
{
    private protected BetaOptimizer()
    {
    }

    public (double, double) Betas
    {
        get => ((optim.IBetas)_parameter_groups[0]).Betas;
        set
        {
            foreach (var group in _parameter_groups)
            {
                ((optim.IBetas)group).Betas = value;
            }
        }
    }

    private protected void Begin(BetaOptions defaults, double lr, IEnumerable<ParamGroup> groups)
    {
        Require(defaults.eps >= 0, $"Invalid ε: {defaults.eps}");
        Require(defaults.beta1 is >= 0 and < 1, $"Invalid beta1: {defaults.beta1}");
        Require(defaults.beta2 is >= 0 and < 1, $"Invalid beta2: {defaults.beta2}");
        Require(defaults.weight_decay >= 0, $"Invalid weight_decay value: {defaults.weight_decay}");
        base.Begin(defaults, lr, groups);
    }
}

public abstract class BetaOptions : OptimizerOptions
{
    public double? beta1;
    public double? beta2;
    public double? eps;
    public double? weight_decay;

    private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
    {
        var other = (BetaOptions)source;
        fields.Of(ref beta1, other.beta1);
        fields.Of(ref beta2, other.beta2);
        fields.Of(ref eps, other.eps);
        fields.Of(ref weight_decay, other.weight_decay);
    }
}

public abstract class BetaParamGroup<TOptions> : ParamGroup<TOptions>, optim.IBetas
    where TOptions : BetaOptions
{
    private protected BetaParamGroup()
    {
    }

    private protected BetaParamGroup(IEnumerable<Parameter> parameters, TOptions options)
        : base(parameters, options)
    {
    }

    public (double, double) Betas
    {
        get => (Options.beta1!.Value, Options.beta2!.Value);
        set => (Options.beta1, Options.beta2) = value;
    }
}

/// <summary>Averages of the gradient and of its square, each with its own decay rate.</summary>
public abstract class MomentState(Parameter parameter) : OptimizerState(parameter)
{
    public long step;
    public Tensor? exp_avg;
    public Tensor? exp_avg_sq;

    public override void Initialize(OptimizerOptions options)
    {
        Dispose();
        step = 0;
        (exp_avg, exp_avg_sq) = (Like(Parameter), Like(Parameter));
    }

    private protected void Average(Tensor direction, BetaOptions options)
    {
        var (beta1, beta2) = (options.beta1!.Value, options.beta2!.Value);
        exp_avg!.mul_(beta1).add_(direction, alpha: 1 - beta1);
        exp_avg_sq!.mul_(beta2).addcmul_(direction, direction, value: 1 - beta2);
    }

    private protected void EachMoment(OptimizerFields fields, MomentState other)
    {
        fields.Of(ref exp_avg, other.exp_avg, Parameter);
        fields.Of(ref exp_avg_sq, other.exp_avg_sq, Parameter);
    }
}
