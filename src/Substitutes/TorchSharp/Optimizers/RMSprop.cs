using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Divides by a running root mean square of the gradient: torch.optim.RMSprop.</summary>
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
        Require(lr >= 0 && eps >= 0 && alpha >= 0 && momentum >= 0 && weight_decay >= 0,
            $"Invalid RMSprop options: lr {lr}, alpha {alpha}, eps {eps}, weight_decay {weight_decay}, momentum "
            + $"{momentum}; all must be at least 0.");
        Begin(
            new Options
            {
                alpha = alpha,
                eps = eps,
                weight_decay = weight_decay,
                momentum = momentum,
                centered = centered,
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
        state.step++;
        var alpha = options.alpha!.Value;
        var direction = Direction(gradient, parameter, options.weight_decay!.Value, options.maximize!.Value);
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

    public class State(Parameter parameter) : OptimizerState(parameter)
    {
        public long step;
        public Tensor? square_avg;
        public Tensor? momentum_buffer;
        public Tensor? grad_avg;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            (square_avg, momentum_buffer, grad_avg) = (Like(Parameter), Like(Parameter), Like(Parameter));
        }

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref step, other.step);
            fields.Of(ref square_avg, other.square_avg, Parameter);
            fields.Of(ref momentum_buffer, other.momentum_buffer, Parameter);
            fields.Of(ref grad_avg, other.grad_avg, Parameter);
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

        private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
        {
            var other = (Options)source;
            fields.Of(ref momentum, other.momentum);
            fields.Of(ref alpha, other.alpha);
            fields.Of(ref eps, other.eps);
            fields.Of(ref weight_decay, other.weight_decay);
            fields.Of(ref centered, other.centered);
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
            IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8,
            double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    alpha = alpha,
                    eps = eps,
                    weight_decay = weight_decay,
                    momentum = momentum,
                    centered = centered,
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
