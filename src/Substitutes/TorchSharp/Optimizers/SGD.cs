using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gradient descent, with momentum as PyTorch has it.</summary>
public class SGD : OptimizerHelper, optim.IMomentum
{
    public SGD(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0.0,
        double weight_decay = 0.0, bool nesterov = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    public SGD(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0.0,
        double weight_decay = 0.0, bool nesterov = false, bool maximize = false)
    {
        Require(momentum >= 0, $"Invalid momentum value: {momentum}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
        Require(
            !nesterov || (momentum > 0 && dampening == 0), "Nesterov momentum requires a momentum and zero dampening");
        Begin(
            new Options
            {
                momentum = momentum,
                dampening = dampening,
                weight_decay = weight_decay,
                nesterov = nesterov,
                maximize = maximize,
            },
            lr,
            parameters);
    }

    public double Momentum
    {
        get => ((Options)_defaults).momentum!.Value;
        set
        {
            foreach (var group in _parameter_groups)
            {
                ((ParamGroup)group).Momentum = value;
            }
        }
    }

    private protected override OptimizerOptions CreateOptions() => new Options();

    private protected override OptimizerState CreateState(Parameter parameter) => new State(parameter);

    private protected override void Update(
        Parameter parameter, Tensor gradient, OptimizerState state, OptimizerOptions options) =>
        Update(parameter, gradient, (State)state, (Options)options);

    private static void Update(Parameter parameter, Tensor gradient, State state, Options options)
    {
        var direction = Direction(gradient, parameter, options.weight_decay!.Value, options.maximize!.Value);
        if (options.momentum is > 0 and var momentum)
        {
            if (state.momentum_buffer is null)
            {
                state.momentum_buffer = direction.clone().detach().DetachFromDisposeScope();
            }
            else
            {
                state.momentum_buffer.mul_(momentum).add_(direction, alpha: 1 - options.dampening!.Value);
            }

            direction = options.nesterov!.Value
                ? direction.add(state.momentum_buffer, alpha: momentum)
                : state.momentum_buffer;
        }

        parameter.add_(direction, alpha: -options.LearningRate!.Value);
    }

    public class State(Parameter parameter) : OptimizerState(parameter)
    {
        public Tensor? momentum_buffer;

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref momentum_buffer, other.momentum_buffer, Parameter, optional: true);
        }
    }

    public class Options : OptimizerOptions
    {
        public double? momentum;
        public double? dampening;
        public double? weight_decay;
        public bool? nesterov;
        public bool? maximize;

        private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
        {
            var other = (Options)source;
            fields.Of(ref momentum, other.momentum);
            fields.Of(ref dampening, other.dampening);
            fields.Of(ref weight_decay, other.weight_decay);
            fields.Of(ref nesterov, other.nesterov);
            fields.Of(ref maximize, other.maximize);
        }
    }

    public class ParamGroup : ParamGroup<Options>, optim.IMomentum
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        public ParamGroup(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0.0,
            double weight_decay = 0.0, bool nesterov = false, bool maximize = false)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    momentum = momentum,
                    dampening = dampening,
                    weight_decay = weight_decay,
                    nesterov = nesterov,
                    maximize = maximize,
                })
        {
        }

        public double Momentum
        {
            get => Options.momentum!.Value;
            set => Options.momentum = value;
        }
    }
}
