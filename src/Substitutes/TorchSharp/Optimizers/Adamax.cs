using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam with the largest gradient in place of the root mean square: arXiv 1412.6980, algorithm 2.</summary>
public class Adamax : BetaOptimizer
{
    public Adamax(
        IEnumerable<Parameter> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weight_decay = 0)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay)
    {
    }

    public Adamax(
        IEnumerable<ParamGroup> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weight_decay = 0)
    {
        Begin(
            new Options
            {
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
            },
            lr,
            parameters);
    }

    private protected override OptimizerOptions CreateOptions() => new Options();

    private protected override OptimizerState CreateState(Parameter parameter) => new State(parameter);

    private protected override void Update(
        Parameter parameter, Tensor gradient, OptimizerState state, OptimizerOptions options) =>
        Update(parameter, gradient, (State)state, (Options)options);

    private static void Update(Parameter parameter, Tensor gradient, State state, Options options)
    {
        state.step++;
        var beta1 = options.beta1!.Value;
        var direction = Direction(gradient, parameter, options.weight_decay!.Value);
        state.exp_avg!.mul_(beta1).add_(direction, alpha: 1 - beta1);
        state.exp_inf!.copy_(
            torch.maximum(state.exp_inf.mul(options.beta2!.Value), direction.abs().add_(options.eps!.Value)));
        var rate = options.LearningRate!.Value / (1 - Math.Pow(beta1, state.step));
        parameter.addcdiv_(state.exp_avg, state.exp_inf, value: -rate);
    }

    public class State(Parameter parameter) : OptimizerState(parameter)
    {
        public long step;
        public Tensor? exp_avg;
        public Tensor? exp_inf;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            (exp_avg, exp_inf) = (Like(Parameter), Like(Parameter));
        }

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref step, other.step);
            fields.Of(ref exp_avg, other.exp_avg, Parameter);
            fields.Of(ref exp_inf, other.exp_inf, Parameter);
        }
    }

    public class Options : BetaOptions
    {
    }

    public class ParamGroup : BetaParamGroup<Options>
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        public ParamGroup(
            IEnumerable<Parameter> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8, double weight_decay = 0)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    beta1 = beta1,
                    beta2 = beta2,
                    eps = eps,
                    weight_decay = weight_decay,
                })
        {
        }
    }
}
