namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Rates that rise and fall between two bounds: Smith, arXiv 1506.01186.</summary>
                public class CyclicLR : LRScheduler
                {
                    private readonly Cycle _cycle;
                    private readonly (double Lowest, double Highest)? _momentum;

                    internal CyclicLR(
                        Optimizer optimizer, Cycle cycle, (double Lowest, double Highest)? momentum, int last_epoch,
                        bool verbose)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (momentum is not null
                            && optimizer.ParamGroups.Any(group => group is not IMomentum and not IBetas))
                        {
                            throw new ArgumentException(
                                "Optimizer must support momentum with the cycle_momentum option enabled.");
                        }

                        (_cycle, _momentum) = (cycle, momentum);
                        Start();
                    }

                    public enum Mode
                    {
                        Triangular,
                        Triangular2,
                        ExpRange,
                    }

                    public enum ScaleMode
                    {
                        Cycle,
                        Iterations,
                    }

                    protected override IEnumerable<double> get_closed_form_lr()
                    {
                        var height = _cycle.HeightAt(_last_epoch);
                        if (_momentum is var (lowest, highest))
                        {
                            foreach (var group in _optimizer.ParamGroups)
                            {
                                SetMomentum(group, highest - ((highest - lowest) * height));
                            }
                        }

                        return [.. _base_lrs.Select(_ => _cycle.Lowest + ((_cycle.Highest - _cycle.Lowest) * height))];
                    }

                    private static void SetMomentum(ILearningRateController group, double value)
                    {
                        if (group is IMomentum momentum)
                        {
                            momentum.Momentum = value;
                        }
                        else if (group is IBetas betas)
                        {
                            betas.Betas = (value, betas.Betas.Item2);
                        }
                    }

                    internal sealed record Cycle(
                        double Lowest, double Highest, int Up, int Down, Mode Mode, double Gamma, ScaleMode Scale,
                        Func<double, double>? Function = null)
                    {
                        // From 0 at the lower bound to at most 1 at the upper one.
                        internal double HeightAt(int epoch)
                        {
                            double length = Up + (Down < 0 ? Up : Down);
                            var cycle = Math.Floor(1 + (epoch / length));
                            var place = 1 + (epoch / length) - cycle;
                            var rise = Up / length;
                            var height = place <= rise ? place / rise : (place - 1) / (rise - 1);
                            var measure = Scale == ScaleMode.Cycle && (Function is not null || Mode != Mode.ExpRange)
                                ? cycle
                                : epoch;
                            if (Function is not null)
                            {
                                return height * Function(measure);
                            }

                            return height * (Mode switch
                            {
                                Mode.Triangular2 => 1 / Math.Pow(2, measure - 1),
                                Mode.ExpRange => Math.Pow(Gamma, measure),
                                _ => 1,
                            });
                        }
                    }
                }
            }
        }
    }
}
