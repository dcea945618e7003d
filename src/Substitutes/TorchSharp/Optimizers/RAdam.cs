using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam with its variance rectified: Liu and others, arXiv 1908.03265, algorithm 2.</summary>
public class RAdam : BetaOptimizer
{
    public RAdam(
        IEnumerable<Parameter> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weight_decay = 0)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay)
    {
    }

    public RAdam(
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
        var beta2 = options.beta2!.Value;
        state.Advance(Direction(gradient, parameter, options.weight_decay!.Value), options);
        var power = Math.Pow(beta2, state.step);
        var rate = options.LearningRate!.Value / (1 - Math.Pow(options.beta1!.Value, state.step));
        var longest = (2 / (1 - beta2)) - 1;
        var length = longest - (2 * state.step * power / (1 - power));

        // Five, as PyTorch has it, where the paper has four: just above four the variance is still huge.
        if (length <= 5)
        {
            parameter.add_(state.exp_avg!, alpha: -rate);
            return;
        }

        var rectified = Math.Sqrt(
            (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * (1 - power));
        parameter.addcdiv_(
            state.exp_avg!, state.exp_avg_sq!.sqrt().add_(options.eps!.Value), value: -rate * rectified);
    }

    public class State(Parameter parameter) : MomentState(parameter)
    {
        internal void Advance(Tensor direction, Options options) => Average(direction, options);

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            fields.Of(ref step, ((State)source).step);
            EachMoment(fields, (State)source);
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
