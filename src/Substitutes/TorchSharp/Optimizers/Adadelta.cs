using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Steps in the units of the parameter: Zeiler, arXiv 1212.5701, algorithm 1.</summary>
public class Adadelta : OptimizerHelper
{
    public Adadelta(
        IEnumerable<Parameter> parameters, double lr = 1.0, double rho = 0.9, double eps = 1e-6,
        double weight_decay = 0, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, rho, eps, weight_decay, maximize)
    {
    }

    public Adadelta(
        IEnumerable<ParamGroup> parameters, double lr = 1.0, double rho = 0.9, double eps = 1e-6,
        double weight_decay = 0, bool maximize = false)
    {
        Require(rho is >= 0 and <= 1, $"Invalid rho value: {rho}");
        Require(eps >= 0, $"Invalid eps value: {eps}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
        Begin(
            new Options
            {
                rho = rho,
                eps = eps,
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
        var (rho, eps) = (options.rho!.Value, options.eps!.Value);
        var direction = Direction(gradient, parameter, options.weight_decay!.Value, options.maximize!.Value);
        state.square_avg!.mul_(rho).addcmul_(direction, direction, value: 1 - rho);
        var delta = state.acc_delta!.add(eps).sqrt_().div_(state.square_avg.add(eps).sqrt_()).mul_(direction);
        parameter.add_(delta, alpha: -options.LearningRate!.Value);
        state.acc_delta.mul_(rho).addcmul_(delta, delta, value: 1 - rho);
    }

    public class State(Parameter parameter) : OptimizerState(parameter)
    {
        public long step;
        public Tensor? square_avg;
        public Tensor? acc_delta;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            (square_avg, acc_delta) = (Like(Parameter), Like(Parameter));
        }

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref step, other.step);
            fields.Of(ref square_avg, other.square_avg, Parameter);
            fields.Of(ref acc_delta, other.acc_delta, Parameter);
        }
    }

    public class Options : OptimizerOptions
    {
        public double? rho;
        public double? eps;
        public double? weight_decay;
        public bool? maximize;

        private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
        {
            var other = (Options)source;
            fields.Of(ref rho, other.rho);
            fields.Of(ref eps, other.eps);
            fields.Of(ref weight_decay, other.weight_decay);
            fields.Of(ref maximize, other.maximize);
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
            IEnumerable<Parameter> parameters, double lr = 1.0, double rho = 0.9, double eps = 1e-6,
            double weight_decay = 0, bool maximize = false)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    rho = rho,
                    eps = eps,
                    weight_decay = weight_decay,
                    maximize = maximize,
                })
        {
        }
    }
}
