namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static LRScheduler StepLR(
                Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.ClosedForm(
                    optimizer, (rate, epoch) => rate * Math.Pow(gamma, epoch / step_size), last_epoch, verbose);

            public static LRScheduler MultiStepLR(
                Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1,
                    bool verbose = false) =>
                new impl.ClosedForm(
                    optimizer,
                    (rate, epoch) => rate * Math.Pow(gamma, milestones.Count(milestone => milestone <= epoch)),
                    last_epoch, verbose);

            public static LRScheduler ExponentialLR(
                Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.ClosedForm(optimizer, (rate, epoch) => rate * Math.Pow(gamma, epoch), last_epoch, verbose);

            public static LRScheduler PolynomialLR(
                Optimizer optimizer, int total_iters = 5, int power = 1, int last_epoch = -1, bool verbose = false) =>
                new impl.ClosedForm(
                    optimizer,
                    (rate, epoch) => rate * Math.Pow(1 - (Math.Min(total_iters, epoch) / (double)total_iters), power),
                    last_epoch, verbose);

            public static LRScheduler CosineAnnealingLR(
                Optimizer optimizer, double T_max, double eta_min = 0.0, int last_epoch = -1, bool verbose = false) =>
                new impl.ClosedForm(
                    optimizer,
                    (rate, epoch) => eta_min + ((rate - eta_min) * (1 + Math.Cos(Math.PI * epoch / T_max)) / 2),
                    last_epoch, verbose);

            public static LRScheduler LinearLR(
                Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5,
                int last_epoch = -1, bool verbose = false) =>
                new impl.ClosedForm(
                    optimizer,
                    (rate, epoch) => rate
                        * (start_factor + ((end_factor - start_factor) * Math.Min(total_iters, epoch) / total_iters)),
                    last_epoch, verbose);

            public static LRScheduler ConstantLR(
                Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1,
                bool verbose = false) =>
                new impl.ClosedForm(
                    optimizer, (rate, epoch) => epoch < total_iters ? rate * factor : rate, last_epoch, verbose);

            public static LRScheduler LambdaLR(
                Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose);

            public static LRScheduler LambdaLR(
                Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1,
                    bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambdas, last_epoch, verbose);

            public static LRScheduler MultiplicativeLR(
                Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiplicativeLR(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose);

            public static LRScheduler MultiplicativeLR(
                Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1,
                    bool verbose = false) =>
                new impl.MultiplicativeLR(optimizer, lr_lambdas, last_epoch, verbose);

            /// <summary>To zero over total_iters steps, by a power.</summary>
            public static LRScheduler PolynomialLR(
                Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1,
                bool verbose = false) =>
                new impl.ClosedForm(
                    optimizer,
                    (rate, epoch) => rate * Math.Pow(1 - ((double)Math.Min(epoch, total_iters) / total_iters), power),
                    last_epoch, verbose);

            public static LRScheduler SequentialLR(
                Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones,
                    int last_epoch = -1) =>
                new impl.SequentialLR(optimizer, schedulers, milestones, last_epoch);

            public static LRScheduler ReduceLROnPlateau(
                Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10,
                    double threshold = 1e-4,
                string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8,
                bool verbose = false) =>
                new impl.ReduceLROnPlateau(
                    optimizer, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps, verbose);

            /// <summary>Up from max_lr / div_factor to max_lr over the first part, then down; cosine or
            /// straight.</summary>
            public static LRScheduler CyclicLR(
                Optimizer optimizer, double base_lr, double max_lr, int step_size_up = 2000, int step_size_down = -1,
                impl.CyclicLR.Mode mode = impl.CyclicLR.Mode.Triangular, double gamma = 1.0,
                Func<double, double>? scale_fn = null,
                impl.CyclicLR.ScaleMode scale_mode = impl.CyclicLR.ScaleMode.Cycle, bool cycle_momentum = true,
                double base_momentum = 0.8, double max_momentum = 0.9, int last_epoch = -1, bool verbose = false) =>
                new impl.CyclicLR(
                    optimizer, new(base_lr, max_lr, step_size_up, step_size_down, mode, gamma, scale_mode, scale_fn),
                    cycle_momentum ? (base_momentum, max_momentum) : null, last_epoch, verbose);

            public static LRScheduler OneCycleLR(
                Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1,
                double pct_start = 0.3,
                impl.OneCycleLR.AnnealStrategy anneal_strategy = impl.OneCycleLR.AnnealStrategy.Cos,
                bool cycle_momentum = true,
                double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25,
                double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
            {
                var total = total_steps > 0 ? total_steps : epochs * steps_per_epoch;
                if (total <= 0)
                {
                    throw new ArgumentException("You must define either total_steps OR (epochs AND steps_per_epoch)");
                }

                var start = max_lr / div_factor;
                var end = start / final_div_factor;
                (double End, double From, double To)[] phases = three_phase
                    ?
                    [
                        ((pct_start * total) - 1, start, max_lr),
                        ((2 * pct_start * total) - 2, max_lr, start),
                        (total - 1, start, end),
                    ]
                    : [((pct_start * total) - 1, start, max_lr), (total - 1, max_lr, end)];
                return new impl.OneCycleLR(
                    optimizer,
                    (_, epoch) =>
                    {
                        var begin = 0.0;
                        foreach (var phase in phases)
                        {
                            if (epoch <= phase.End || phase == phases[^1])
                            {
                                var share = (epoch - begin) / (phase.End - begin);
                                return anneal_strategy == impl.OneCycleLR.AnnealStrategy.Linear
                                    ? phase.From + ((phase.To - phase.From) * share)
                                    : phase.To + ((phase.From - phase.To) / 2 * (1 + Math.Cos(Math.PI * share)));
                            }

                            begin = phase.End;
                        }

                        return end;
                    },
                    last_epoch, verbose);
            }
        }
    }
}
