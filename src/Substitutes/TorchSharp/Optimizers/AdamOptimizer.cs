using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam and AdamW, which differ in what weight decay is added to.</summary>
public abstract class AdamOptimizer : BetaOptimizer
{
    private protected AdamOptimizer()
    {
    }

    // Kingma and Ba, arXiv 1412.6980, algorithm 1; the decay is already in the direction or the parameter.
    private protected static void Descend(Parameter parameter, Tensor direction, AdamState state, AdamOptions options)
    {
        state.step++;
        var second = state.Advance(direction, options);
        var correction1 = 1 - Math.Pow(options.beta1!.Value, state.step);
        var correction2 = 1 - Math.Pow(options.beta2!.Value, state.step);
        var root = second.sqrt().div_(Math.Sqrt(correction2)).add_(options.eps!.Value);
        parameter.addcdiv_(state.exp_avg!, root, value: -options.LearningRate!.Value / correction1);
    }
}

public abstract class AdamState(Parameter parameter) : MomentState(parameter)
{
    public Tensor? max_exp_avg_sq;

    public override void Initialize(OptimizerOptions options)
    {
        base.Initialize(options);
        max_exp_avg_sq = ((AdamOptions)options).amsgrad!.Value ? Like(Parameter) : null;
    }

    // The average of squares that the step divides by.
    internal Tensor Advance(Tensor direction, AdamOptions options)
    {
        Average(direction, options);
        return options.amsgrad!.Value
            ? max_exp_avg_sq!.copy_(torch.maximum(max_exp_avg_sq, exp_avg_sq!))
            : exp_avg_sq!;
    }

    private protected override void EachField(OptimizerFields fields, OptimizerState source)
    {
        var other = (AdamState)source;
        fields.Of(ref step, other.step);
        EachMoment(fields, other);
        fields.Of(ref max_exp_avg_sq, other.max_exp_avg_sq, Parameter, optional: true);
    }
}

public abstract class AdamOptions : BetaOptions
{
    public bool? amsgrad;
    public bool? maximize;

    private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
    {
        base.EachField(fields, source);
        var other = (AdamOptions)source;
        fields.Of(ref amsgrad, other.amsgrad);
        fields.Of(ref maximize, other.maximize);
    }
}
