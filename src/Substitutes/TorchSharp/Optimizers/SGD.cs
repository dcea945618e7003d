using static TorchSharp.torch;

namespace TorchSharp.Modules;

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
        if (lr < 0.0)
        {
            throw new ArgumentException($"Invalid learning rate: {lr}");
        }

        if (momentum < 0.0)
        {
            throw new ArgumentException($"Invalid momentum value: {momentum}");
        }

        if (weight_decay < 0.0)
        {
            throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
        }

        if (nesterov && (momentum <= 0 || dampening != 0))
        {
            throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
        }

        _defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            momentum = momentum,
            dampening = dampening,
            weight_decay = weight_decay,
            nesterov = nesterov,
            maximize = maximize,
        };
        foreach (var group in parameters)
        {
            add_param_group(group);
        }
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

    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(
        group =>
        {
            foreach (var parameter in group.Parameters)
            {
                using var gradient = parameter.grad;
                if (gradient is not null)
                {
                    Update(parameter, gradient, (State)_state[parameter.Handle], group.Options);
                }
            }
        },
        closure);

    private protected override void CompleteOptions(Modules.ParamGroup group)
    {
        var defaults = (Options)_defaults;
        group.Options ??= new Options();
        var options = (Options)group.Options;
        options.LearningRate ??= defaults.LearningRate;
        options.momentum ??= defaults.momentum;
        options.dampening ??= defaults.dampening;
        options.weight_decay ??= defaults.weight_decay;
        options.nesterov ??= defaults.nesterov;
        options.maximize ??= defaults.maximize;
    }

    private protected override OptimizerState CreateState(Parameter parameter, OptimizerOptions options) =>
        new State(parameter);

    private static void Update(Parameter parameter, Tensor gradient, State state, Options options)
    {
        var direction = gradient;
        if (options.weight_decay is > 0 and var decay)
        {
            direction = direction.add(parameter, alpha: options.maximize!.Value ? -decay : decay);
        }

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

        var rate = options.LearningRate!.Value;
        parameter.add_(direction, alpha: options.maximize!.Value ? rate : -rate);
    }

    public class State(Parameter parameter) : OptimizerState(parameter), IDisposable
    {
        public Tensor? momentum_buffer;

        public override void LoadStateDict(BinaryReader reader) =>
            LoadOptional(reader, ref momentum_buffer, Parameter);

        public override void SaveStateDict(BinaryWriter writer) => SaveOptional(writer, momentum_buffer);

        public override void LoadStateDict(OptimizerState source) =>
            CopyOptional(ref momentum_buffer, ((State)source).momentum_buffer, Parameter);

        public override void to(Device device) => Move(ref momentum_buffer, device);

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State state && Close(momentum_buffer, state.momentum_buffer);

        public void Dispose() => momentum_buffer?.Dispose();
    }

    public class Options : OptimizerOptions
    {
        public double? momentum;
        public double? dampening;
        public double? weight_decay;
        public bool? nesterov;
        public bool? maximize;

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var other = (Options)source;
            (momentum, dampening, weight_decay) = (other.momentum, other.dampening, other.weight_decay);
            (nesterov, maximize) = (other.nesterov, other.maximize);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            momentum = reader.ReadDouble();
            dampening = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            nesterov = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(momentum!.Value);
            writer.Write(dampening!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(nesterov!.Value);
            writer.Write(maximize!.Value);
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
