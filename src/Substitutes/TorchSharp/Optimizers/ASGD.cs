using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Averages the parameters over the last steps: Polyak and Juditsky (1992), torch.optim.ASGD.</summary>
public class ASGD : OptimizerHelper
{
    public ASGD(
        IEnumerable<Parameter> parameters, double lr = 0.01, double lambd = 1e-4, double alpha = 0.75,
        double t0 = 1e6, double weight_decay = 0, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, lambd, alpha, t0, weight_decay, maximize)
    {
    }

    public ASGD(
        IEnumerable<ParamGroup<ASGD.Options>> parameters, double lr = 0.01, double lambd = 1e-4, double alpha = 0.75,
        double t0 = 1e6, double weight_decay = 0, bool maximize = false)
    {
        Begin(
            new Options
            {
                lambd = lambd,
                alpha = alpha,
                t0 = t0,
                weight_decay = weight_decay,
                maximize = maximize,
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
        var (rate, lambd) = (options.LearningRate!.Value, options.lambd!.Value);
        var direction = Direction(gradient, parameter, options.weight_decay!.Value, options.maximize!.Value);
        parameter.mul_(1 - (lambd * state.eta)).add_(direction, alpha: -state.eta);
        if (state.mu == 1)
        {
            state.ax!.copy_(parameter);
        }
        else
        {
            state.ax!.add_(parameter.sub(state.ax).mul(state.mu));
        }

        state.eta = rate / Math.Pow(1 + (lambd * rate * state.step), options.alpha!.Value);
        state.mu = 1 / Math.Max(1, state.step - options.t0!.Value);
    }

    public class State(Parameter parameter) : OptimizerState(parameter)
    {
        public long step;
        public double eta;
        public double mu;
        public Tensor? ax;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            (step, eta, mu) = (0, options.LearningRate!.Value, 1);
            ax = Like(Parameter);
        }

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref step, other.step);
            fields.Of(ref eta, other.eta);
            fields.Of(ref mu, other.mu);
            fields.Of(ref ax, other.ax, Parameter);
        }
    }

    public class Options : OptimizerOptions
    {
        public bool? maximize;
        public double? lambd;
        public double? alpha;
        public double? weight_decay;
        public double? t0;

        private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
        {
            var other = (Options)source;
            fields.Of(ref maximize, other.maximize);
            fields.Of(ref lambd, other.lambd);
            fields.Of(ref alpha, other.alpha);
            fields.Of(ref weight_decay, other.weight_decay);
            fields.Of(ref t0, other.t0);
        }
    }

    public class ParamGroup : ParamGroup<Options>
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        public ParamGroup(
            IEnumerable<Parameter> parameters, double lr = 0.01, double lambd = 1e-4, double alpha = 0.75,
            double t0 = 1e6, double weight_decay = 0, bool maximize = false)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    lambd = lambd,
                    alpha = alpha,
                    t0 = t0,
                    weight_decay = weight_decay,
                    maximize = maximize,
                })
        {
        }
    }
}
