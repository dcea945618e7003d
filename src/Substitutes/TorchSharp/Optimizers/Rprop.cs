using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Follows the signs of gradients alone: Riedmiller and Braun (1993), torch.optim.Rprop.</summary>
public class Rprop : OptimizerHelper
{
    public Rprop(
        IEnumerable<Parameter> parameters, double lr = 1e-2, double etaminus = 0.5, double etaplus = 1.2,
        double min_step = 1e-6, double max_step = 50, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, etaminus, etaplus, min_step, max_step, maximize)
    {
    }

    public Rprop(
        IEnumerable<ParamGroup> parameters, double lr = 1e-2, double etaminus = 0.5, double etaplus = 1.2,
        double min_step = 1e-6, double max_step = 50, bool maximize = false)
    {
        Begin(
            new Options
            {
                etaminus = etaminus,
                etaplus = etaplus,
                min_step = min_step,
                max_step = max_step,
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
        var (etaminus, etaplus) = (options.etaminus!.Value, options.etaplus!.Value);
        var direction = Direction(gradient, parameter, 0, options.maximize!.Value);
        var agreement = direction.mul(state.prev!);
        var factor = torch.ones_like(agreement).masked_fill_(agreement.gt(0), etaplus)
            .masked_fill_(agreement.lt(0), etaminus);
        state.step_size!.mul_(factor).clamp_(options.min_step!.Value, options.max_step!.Value);

        // Where the sign turned, this step is left out, and the next one starts afresh.
        var kept = direction.masked_fill(agreement.lt(0), 0);
        parameter.addcmul_(kept.sign(), state.step_size, value: -1);
        state.prev!.copy_(kept);
    }

    public class State(Parameter parameter) : OptimizerState(parameter)
    {
        public long step;
        public Tensor? prev;
        public Tensor? step_size;

        public override void Initialize(OptimizerOptions options)
        {
            Dispose();
            step = 0;
            (prev, step_size) = (Like(Parameter), Like(Parameter).fill_(options.LearningRate!.Value));
        }

        private protected override void EachField(OptimizerFields fields, OptimizerState source)
        {
            var other = (State)source;
            fields.Of(ref step, other.step);
            fields.Of(ref prev, other.prev, Parameter);
            fields.Of(ref step_size, other.step_size, Parameter);
        }
    }

    public class Options : OptimizerOptions
    {
        public bool? maximize;
        public double? etaminus;
        public double? etaplus;
        public double? min_step;
        public double? max_step;

        private protected override void EachField(OptimizerFields fields, OptimizerOptions source)
        {
            var other = (Options)source;
            fields.Of(ref maximize, other.maximize);
            fields.Of(ref etaminus, other.etaminus);
            fields.Of(ref etaplus, other.etaplus);
            fields.Of(ref min_step, other.min_step);
            fields.Of(ref max_step, other.max_step);
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
            IEnumerable<Parameter> parameters, double lr = 1e-2, double etaminus = 0.5, double etaplus = 1.2,
            double min_step = 1e-6, double max_step = 50, bool maximize = false)
            : base(
                parameters,
                new Options
                {
                    LearningRate = lr,
                    etaminus = etaminus,
                    etaplus = etaplus,
                    min_step = min_step,
                    max_step = max_step,
                    maximize = maximize,
                })
        {
        }
    }
}
