using static TorchSharp.torch;

namespace TorchSharp.Modules;

public class AdamW : OptimizerHelper, optim.IBetas
{
    public AdamW(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8,
        double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    public AdamW(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8,
        double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        Require(lr >= 0, $"Invalid learning rate: {lr}");
        Require(eps >= 0, $"Invalid ε: {eps}");
        Require(beta1 is >= 0 and < 1, $"Invalid beta1: {beta1}");
        Require(beta2 is >= 0 and < 1, $"Invalid beta2: {beta2}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
        _defaults = new Options
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };
        foreach (var group in parameters)
        {
            add_param_group(group);
        }
    }

    public (double, double) Betas
    {
        get => _parameter_groups.Select(group => ((ParamGroup)group).Betas).First();
        set
        {
            foreach (var group in _parameter_groups)
            {
                ((ParamGroup)group).Betas = value;
            }
        }
    }

    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(
        group =>
        {
            var options = group.Options;
            foreach (var parameter in group.Parameters)
            {
                using var gradient = parameter.grad;
                if (gradient is not null)
                {
                    Update(parameter, gradient, (State)_state[parameter.Handle], options);
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
        options.beta1 ??= defaults.beta1;
        options.beta2 ??= defaults.beta2;
        options.eps ??= defaults.eps;
        options.weight_decay ??= defaults.weight_decay;
        options.amsgrad ??= defaults.amsgrad;
        options.maximize ??= defaults.maximize;
    }

    private protected override OptimizerState CreateState(Parameter parameter, OptimizerOptions options)
    {
        var state = new State(parameter);
        state.Initialize(options);
        return state;
    }

    // Decoupled weight decay: Loshchilov and Hutter, arXiv 1711.05101, algorithm 2.
    private static void Update(Parameter parameter, Tensor gradient, State state, Options options)
    {
        var (rate, beta1, beta2) = (options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value);
        var decay = options.weight_decay!.Value;
        state.step++;
        using var negated = options.maximize!.Value ? gradient.neg() : null;
        var direction = negated ?? gradient;
        if (decay != 0)
        {
            parameter.mul_(1 - (rate * decay));
        }

        state.exp_avg!.mul_(beta1).add_(direction, alpha: 1 - beta1);
        state.exp_avg_sq!.mul_(beta2).addcmul_(direction, direction, value: 1 - beta2);
        var second = state.exp_avg_sq;
        if (options.amsgrad!.Value)
        {
            using var larger = torch.maximum(state.max_exp_avg_sq!, state.exp_avg_sq);
            second = state.max_exp_avg_sq!.copy_(larger);
        }

        var correction1 = 1 - Math.Pow(beta1, state.step);
        var correction2 = 1 - Math.Pow(beta2, state.step);
        using var root = second.sqrt();
        root.div_(Math.Sqrt(correction2)).add_(options.eps!.Value);
        parameter.addcdiv_(state.exp_avg, root, value: -rate / correction1);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }

    public class State(Parameter parameter) : OptimizerState(parameter), IDisposable
    {
        public long step;
        public Tensor? exp_avg;
        public Tensor? exp_avg_sq;
        public Tensor? max_exp_avg_sq;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            exp_avg = Like(Parameter);
            exp_avg_sq = Like(Parameter);
            max_exp_avg_sq = ((Options)options).amsgrad!.Value ? Like(Parameter) : null;
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            exp_avg!.Load(reader);
            exp_avg_sq!.Load(reader);
            LoadOptional(reader, ref max_exp_avg_sq, Parameter);
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            exp_avg!.Save(writer);
            exp_avg_sq!.Save(writer);
            SaveOptional(writer, max_exp_avg_sq);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var other = (State)source;
            step = other.step;
            CopyOptional(ref exp_avg, other.exp_avg, Parameter);
            CopyOptional(ref exp_avg_sq, other.exp_avg_sq, Parameter);
            CopyOptional(ref max_exp_avg_sq, other.max_exp_avg_sq, Parameter);
        }

        public override void to(Device device)
        {
            Move(ref exp_avg, device);
            Move(ref exp_avg_sq, device);
            Move(ref max_exp_avg_sq, device);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State state && step == state.step && Close(exp_avg, state.exp_avg)
            && Close(exp_avg_sq, state.exp_avg_sq) && Close(max_exp_avg_sq, state.max_exp_avg_sq);

        public void Dispose()
        {
            exp_avg?.Dispose();
            exp_avg_sq?.Dispose();
            max_exp_avg_sq?.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public double? beta1;
        public double? beta2;
        public double? weight_decay;
        public double? eps;
        public bool? amsgrad;
        public bool? maximize;

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var other = (Options)source;
            (beta1, beta2, eps) = (other.beta1, other.beta2, other.eps);
            (weight_decay, amsgrad, maximize) = (other.weight_decay, other.amsgrad, other.maximize);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            beta1 = reader.ReadDouble();
            beta2 = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            amsgrad = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(beta1!.Value);
            writer.Write(beta2!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(amsgrad!.Value);
            writer.Write(maximize!.Value);
        }
    }

    public class ParamGroup : ParamGroup<Options>, optim.IBetas
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        public ParamGroup(
            IEnumerable<Parameter> parameters, double lr = 1.0, double beta1 = 0.9, double beta2 = 0.999,
            double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    beta1 = beta1,
                    beta2 = beta2,
                    eps = eps,
                    weight_decay = weight_decay,
                    amsgrad = amsgrad,
                    maximize = maximize,
                })
        {
        }

        public (double, double) Betas
        {
            get => (Options.beta1!.Value, Options.beta2!.Value);
            set => (Options.beta1, Options.beta2) = value;
        }
    }
}
