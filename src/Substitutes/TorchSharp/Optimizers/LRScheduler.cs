namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>Sets the learning rate of every parameter group, once per step.</summary>
            public abstract class LRScheduler
            {
                protected Optimizer _optimizer;
                protected int _last_epoch;
                protected bool _verbose;
                protected int _step_count;
                protected IList<double> _last_lrs;
                protected IList<double> _base_lrs;

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    _optimizer = optimizer ?? throw new ArgumentNullException(nameof(optimizer));
                    _last_epoch = last_epoch;
                    _verbose = verbose;
                    if (last_epoch == -1 && !optimizer.IsScheduled)
                    {
                        // Once, as PyTorch does: a further scheduler starts from the same rates, not from the first
                        // one's.
                        optimizer.IsScheduled = true;
                        foreach (var group in optimizer.ParamGroups)
                        {
                            group.InitialLearningRate = group.LearningRate;
                        }
                    }

                    _base_lrs = [.. optimizer.ParamGroups.Select(group => group.InitialLearningRate)];
                    _last_lrs = [.. optimizer.ParamGroups.Select(group => group.LearningRate)];
                }

                public virtual void step() => step(null);

                public virtual void step(int? epoch)
                {
                    _step_count++;
                    _last_epoch = epoch ?? _last_epoch + 1;
                    Apply(epoch is null ? get_lr() : get_closed_form_lr());
                }

                public virtual void step(double current, int? epoch = null) =>
                    throw new InvalidOperationException($"{GetType().Name} takes no measure; call step().");

                public IEnumerable<double> get_last_lr() => _last_lrs;

                protected virtual IEnumerable<double> get_lr() => get_closed_form_lr();

                /// <summary>The rates at _last_epoch without reference to the rates before it.</summary>
                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                protected void Apply(IEnumerable<double> rates)
                {
                    _last_lrs = [.. rates];
                    foreach (var (group, rate) in _optimizer.ParamGroups.Zip(_last_lrs))
                    {
                        group.LearningRate = rate;
                        if (_verbose)
                        {
                            Console.WriteLine($"Adjusting learning rate to {rate}");
                        }
                    }
                }

                // A scheduler's first step takes place when it is made: epoch 0.
                private protected void Start() => step();
            }
        }
    }
}
