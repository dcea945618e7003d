using static TorchSharp.torch;

namespace TorchSharp.Modules;

public class RMSProp : OptimizerHelper, optim.IMomentum
{
    public RMSProp(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8,
        double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, alpha, eps, weight_decay, momentum, centered, maximize)
    {
    }

    public RMSProp(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8,
        double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
    {
        if (lr < 0 || eps < 0 || alpha < 0 || momentum < 0 || weight_decay < 0)
        {
            throw new ArgumentException(
                $"Invalid RMSprop options: lr {lr}, alpha {alpha}, eps {eps}, weight_decay {weight_decay}, momentum "
                + $"{momentum}; all must be at least 0.");
        }

        _defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            alpha = alpha,
            eps = eps,
            weight_decay = weight_decay,
            momentum = momentum,
            centered = centered,
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
        options.alpha ??= defaults.alpha;
        options.eps ??= defaults.eps;
        options.weight_decay ??= defaults.weight_decay;
        options.momentum ??= defaults.momentum;
        options.centered ??= defaults.centered;
        options.maximize ??= defaults.maximize;
    }

    private protected override OptimizerState CreateState(Parameter parameter, OptimizerOptions options)
    {
        var state = new State(parameter);
        state.Initialize(options);
        return state;
    }

    private static void Update(Parameter parameter, Tensor gradient, State state, Options options)
    {
        state.step++;
        var alpha = options.alpha!.Value;
        var direction = options.maximize!.Value ? gradient.neg() : gradient;
        if (options.weight_decay is > 0 and var decay)
        {
            direction = direction.add(parameter, alpha: decay);
        }

        state.square_avg!.mul_(alpha).addcmul_(direction, direction, value: 1 - alpha);
        var average = state.square_avg;
        if (options.centered!.Value)
        {
            state.grad_avg!.mul_(alpha).add_(direction, alpha: 1 - alpha);
            average = average.addcmul(state.grad_avg, state.grad_avg, value: -1);
        }

        var root = average.sqrt().add_(options.eps!.Value);
        var rate = options.LearningRate!.Value;
        if (options.momentum is > 0 and var momentum)
        {
            state.momentum_buffer!.mul_(momentum).addcdiv_(direction, root);
            parameter.add_(state.momentum_buffer, alpha: -rate);
        }
        else
        {
            parameter.addcdiv_(direction, root, value: -rate);
        }
    }

    public class State(Parameter parameter) : OptimizerState(parameter), IDisposable
    {
        public long step;
        public Tensor? square_avg;
        public Tensor? momentum_buffer;
        public Tensor? grad_avg;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            square_avg = Like(Parameter);
            momentum_buffer = Like(Parameter);
            grad_avg = Like(Parameter);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            square_avg!.Load(reader);
            momentum_buffer!.Load(reader);
            grad_avg!.Load(reader);
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            square_avg!.Save(writer);
            momentum_buffer!.Save(writer);
            grad_avg!.Save(writer);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var other = (State)source;
            step = other.step;
            CopyOptional(ref square_avg, other.square_avg, Parameter);
            CopyOptional(ref momentum_buffer, other.momentum_buffer, Parameter);
            CopyOptional(ref grad_avg, other.grad_avg, Parameter);
        }

        public override void to(Device device)
        {
            Move(ref square_avg, device);
            Move(ref momentum_buffer, device);
            Move(ref grad_avg, device);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State state && step == state.step && Close(square_avg, state.square_avg)
            && Close(momentum_buffer, state.momentum_buffer) && Close(grad_avg, state.grad_avg);

        public void Dispose()
        {
            square_avg?.Dispose();
            momentum_buffer?.Dispose();
            grad_avg?.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public double? momentum;
        public double? alpha;
        public double? eps;
        public double? weight_decay;
        public bool? centered;
        public bool? maximize;

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var other = (Options)source;
            (momentum, alpha, eps) = (other.momentum, other.alpha, other.eps);
            (weight_decay, centered, maximize) = (other.weight_decay, other.centered, other.maximize);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            momentum = reader.ReadDouble();
            alpha = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            centered = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(momentum!.Value);
            writer.Write(alpha!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(centered!.Value);
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

        public double Momentum
        {
            get => Options.momentum!.Value;
            set => Options.momentum = value;
        }
    }
}
