namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                // Base rate times a factor of the epoch alone.
                public class LambdaLR : LRScheduler
                {
                    private readonly IReadOnlyList<Func<int, double>> _factors;

                    internal LambdaLR(
                        Optimizer optimizer, IEnumerable<Func<int, double>> factors, int last_epoch, bool verbose)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = [.. factors];
                        if (_factors.Count != _base_lrs.Count)
                        {
                            throw new ArgumentException(
                                $"Expected one lambda per parameter group: {_base_lrs.Count}, found {_factors.Count}.");
                        }

                        Start();
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Zip(_factors, (rate, factor) => rate * factor(_last_epoch));
                }

                public class MultiplicativeLR : LRScheduler
                {
                    private readonly IReadOnlyList<Func<int, double>> _factors;

                    internal MultiplicativeLR(
                        Optimizer optimizer, IEnumerable<Func<int, double>> factors, int last_epoch, bool verbose)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = [.. factors];
                        Start();
                    }

                    protected override IEnumerable<double> get_lr() => _last_epoch <= 0
                        ? _optimizer.ParamGroups.Select(group => group.LearningRate)
                        : _optimizer.ParamGroups.Zip(_factors, (group,
                            factor) => group.LearningRate * factor(_last_epoch));
                }

                // Base rate through a function of (base rate, epoch): every schedule with a closed form.
                /// <summary>Smith and Topin, arXiv 1708.07120: one rise, one fall.</summary>
                public class OneCycleLR : ClosedForm
                {
                    internal OneCycleLR(
                        Optimizer optimizer, Func<double, int, double> rate, int last_epoch, bool verbose)
                        : base(optimizer, rate, last_epoch, verbose)
                    {
                    }

                    public enum AnnealStrategy
                    {
                        Cos,
                        Linear,
                    }
                }

                public class ClosedForm : LRScheduler
                {
                    private readonly Func<double, int, double> _rate;

                    internal ClosedForm(
                        Optimizer optimizer, Func<double, int, double> rate, int last_epoch, bool verbose)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _rate = rate;
                        Start();
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Select(rate => _rate(rate, _last_epoch)).ToArray();
                }

                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;
                    private readonly int[] _milestones;

                    internal SequentialLR(
                        Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones,
                            int last_epoch)
                        : base(optimizer, last_epoch)
                    {
                        _schedulers = [.. schedulers];
                        _milestones = [.. milestones];
                        if (_milestones.Length != _schedulers.Length - 1)
                        {
                            throw new ArgumentException(
                                $"Expected one milestone fewer than schedulers ({_schedulers.Length}), found "
                                + $"{_milestones.Length}.");
                        }

                        // Making the later ones changed the rates: begin again at the first one's beginning.
                        foreach (var group in optimizer.ParamGroups)
                        {
                            group.LearningRate = group.InitialLearningRate;
                        }

                        _last_epoch++;
                        _schedulers[0].step(0);
                        _last_lrs = [.. _schedulers[0].get_last_lr()];
                    }

                    public override void step(int? epoch)
                    {
                        _last_epoch = epoch ?? _last_epoch + 1;
                        var active = _milestones.TakeWhile(milestone => milestone <= _last_epoch).Count();
                        if (active > 0 && _milestones[active - 1] == _last_epoch)
                        {
                            _schedulers[active].step(0);
                        }
                        else
                        {
                            _schedulers[active].step();
                        }

                        _last_lrs = [.. _schedulers[active].get_last_lr()];
                    }
                }

                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool _smallerIsBetter;
                    private readonly bool _relative;
                    private readonly double _factor;
                    private readonly int _patience;
                    private readonly double _threshold;
                    private readonly int _cooldown;
                    private readonly IList<double>? _floors;
                    private readonly double _eps;
                    private double _best;
                    private int _badEpochs;
                    private int _cooling;

                    internal ReduceLROnPlateau(
                        Optimizer optimizer, string mode, double factor, int patience, double threshold,
                        string threshold_mode, int cooldown, IList<double>? min_lr, double eps, bool verbose)
                        : base(optimizer, -1, verbose)
                    {
                        _smallerIsBetter = Choose(mode, "min", "max");
                        _relative = Choose(threshold_mode, "rel", "abs");
                        if (factor >= 1)
                        {
                            throw new ArgumentException($"Factor should be < 1.0; found {factor}.");
                        }

                        (_factor, _patience, _threshold, _cooldown) = (factor, patience, threshold, cooldown);
                        (_floors, _eps) = (min_lr, eps);
                        _best = _smallerIsBetter ? double.PositiveInfinity : double.NegativeInfinity;
                        _last_epoch = 0;
                    }

                    public override void step(int? epoch) =>
                        throw new InvalidOperationException("ReduceLROnPlateau needs the measure: call step(value).");

                    public override void step(double current, int? epoch = null)
                    {
                        _last_epoch = epoch ?? _last_epoch + 1;
                        if (IsBetter(current))
                        {
                            _best = current;
                            _badEpochs = 0;
                        }
                        else
                        {
                            _badEpochs++;
                        }

                        if (_cooling > 0)
                        {
                            _cooling--;
                            _badEpochs = 0;
                        }

                        if (_badEpochs <= _patience)
                        {
                            return;
                        }

                        Apply([.. _last_lrs.Select((rate, i) =>
                        {
                            var lowered = Math.Max(rate * _factor, _floors is null ? 0 : _floors[i]);
                            return rate - lowered > _eps ? lowered : rate;
                        })]);
                        _cooling = _cooldown;
                        _badEpochs = 0;
                    }

                    private static bool Choose(string value, string first, string second) =>
                        value == first || (value == second
                        ? false
                        : throw new ArgumentException($"Unknown mode '{value}'; expected {first} or {second}."));

                    private bool IsBetter(double value) => (_smallerIsBetter, _relative) switch
                    {
                        (true, true) => value < _best * (1 - _threshold),
                        (true, false) => value < _best - _threshold,
                        (false, true) => value > _best * (1 + _threshold),
                        (false, false) => value > _best + _threshold,
                    };
                }
            }
        }
    }
}
