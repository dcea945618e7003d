using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Divides by the root of all squared gradients so far: Duchi and others, JMLR 12 (2011), figure 1.</summary>
public class Adagrad : OptimizerHelper
{
    public Adagrad(
        IEnumerable<Parameter> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0,
        double initial_accumulator_value = 0, double eps = 1e-10)
        : this([new ParamGroup { Parameters = parameters }], lr, lr_decay, weight_decay, initial_accumulator_value, eps)
    {
    }

    public Adagrad(
        IEnumerable<ParamGroup> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0,
        double initial_accumulator_value = 0, double eps = 1e-10)
    {
        Require(lr_decay >= 0, $"Invalid lr_decay value: {lr_decay}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
        Require(initial_accumulator_value >= 0,
            $"Invalid initial_accumulator_value: {initial_accumulator_value}");
        Require(eps >= 0, $"Invalid ε: {eps}");
        Begin(
            new Options
            {
                lr_decay = lr_decay,
                weight_decay = weight_decay,
                initial_accumulator_value = initial_accumulator_value,
                eps = eps,
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
        var direction = Direction(gradient, parameter, options.weight_decay!.Value);
        var rate = options.LearningRate!.Value / (1 + ((state.step - 1) * options.lr_decay!.Value));
        state.sum!.addcmul_(direction, direction, value: 1);
        parameter.addcdiv_(direction, state.sum.sqrt().add_(options.eps!.Value), value: -rate);
    }

    public class State(Parameter parameter) : OptimizerState(parameter)
    {
        public long step;
        public Tensor? sum;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            sum = Like(Parameter).fill_(((Options)options).initial_accumulator_value!.Value);
        }

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref step, other.step);
            fields.Of(ref sum, other.sum, Parameter);
        }
    }

    public class Options : OptimizerOptions
    {
        public double? lr_decay;
        public double? initial_accumulator_value;
        public double? eps;
        public double? weight_decay;

        private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
        {
            var other = (Options)source;
            fields.Of(ref lr_decay, other.lr_decay);
            fields.Of(ref initial_accumulator_value, other.initial_accumulator_value);
            fields.Of(ref eps, other.eps);
            fields.Of(ref weight_decay, other.weight_decay);
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
            IEnumerable<Parameter> parameters, double lr = 0.01, double lr_decay = 0, double weight_decay = 0,
            double initial_accumulator_value = 0, double eps = 1e-10)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    lr_decay = lr_decay,
                    weight_decay = weight_decay,
                    initial_accumulator_value = initial_accumulator_value,
                    eps = eps,
                })
        {
        }
    }
}
