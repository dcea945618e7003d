using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam with Nesterov momentum: Dozat (2016), and PyTorch's torch.optim.NAdam.</summary>
public class NAdam : BetaOptimizer
{
    public NAdam(
        IEnumerable<Parameter> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weight_decay = 0, double momentum_decay = 4e-3)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, momentum_decay)
    {
    }

    public NAdam(
        IEnumerable<ParamGroup> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weight_decay = 0, double momentum_decay = 4e-3)
    {
        Require(momentum_decay >= 0, $"Invalid momentum_decay value: {momentum_decay}");
        Begin(
            new Options
            {
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
                momentum_decay = momentum_decay,
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
        var (rate, decay) = (options.LearningRate!.Value, options.momentum_decay!.Value);
        var direction = Direction(gradient, parameter, options.weight_decay!.Value);
        var (now, next) = (Momentum(state.step), Momentum(state.step + 1));
        state.mu_product *= now;
        state.Advance(direction, options);
        var correction = 1 - Math.Pow(options.beta2!.Value, state.step);
        var root = state.exp_avg_sq!.div(correction).sqrt_().add_(options.eps!.Value);
        parameter.addcdiv_(direction, root, value: -rate * (1 - now) / (1 - state.mu_product));
        parameter.addcdiv_(state.exp_avg!, root, value: -rate * next / (1 - (state.mu_product * next)));

        // 0.96 is Dozat's, in section 3.
        double Momentum(long step) => options.beta1!.Value * (1 - (0.5 * Math.Pow(0.96, step * decay)));
    }

    public class State(Parameter parameter) : MomentState(parameter)
    {
        public double mu_product;

        public override void Initialize(OptimizerOptions options)
        {
            base.Initialize(options);
            mu_product = 1;
        }

        internal void Advance(Tensor direction, Options options) => Average(direction, options);

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref step, other.step);
            fields.Of(ref mu_product, other.mu_product);
            EachMoment(fields, other);
        }
    }

    public class Options : BetaOptions
    {
        public double? momentum_decay;

        private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
        {
            base.EachField(fields, source);
            var other = (Options)source;
            fields.Of(ref momentum_decay, other.momentum_decay);
        }
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
            double eps = 1e-8, double weight_decay = 0, double momentum_decay = 4e-3)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    beta1 = beta1,
                    beta2 = beta2,
                    eps = eps,
                    weight_decay = weight_decay,
                    momentum_decay = momentum_decay,
                })
        {
        }
    }
}
