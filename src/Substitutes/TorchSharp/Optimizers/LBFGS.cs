using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Limited-memory BFGS with a fixed step, no line search: Nocedal and Wright, Numerical Optimization, algorithm 7.4, as
/// PyTorch's torch.optim.LBFGS runs it.
/// </summary>
public class LBFGS : optim.Optimizer, optim.ILearningRateController
{
    private readonly long _iterations;
    private readonly long _evaluations;
    private readonly double _gradientTolerance;
    private readonly double _changeTolerance;
    private readonly long _historySize;
    private readonly List<(Tensor Step, Tensor Change, double Curvature)> _history = [];
    private Tensor? _direction;
    private Tensor? _previous;
    private double _length;
    private double _scale = 1;
    private long _count;

    internal LBFGS(
        IEnumerable<Parameter> parameters, double lr, (long Iterations, long Evaluations) limits,
        (double Gradient, double Change) tolerances, long historySize)
    {
        (_iterations, _evaluations) = limits;
        (_gradientTolerance, _changeTolerance) = tolerances;
        _historySize = historySize;
        _parameter_groups =
        [
            new ParamGroup([.. parameters]) { Options = new() { LearningRate = lr, InitialLearningRate = lr } },
        ];
    }

    public double LearningRate
    {
        get => _parameter_groups[0].LearningRate;
        set => _parameter_groups[0].LearningRate = value;
    }

    public double InitialLearningRate
    {
        get => _parameter_groups[0].InitialLearningRate;
        set => _parameter_groups[0].InitialLearningRate = value;
    }

    public override Tensor step(Func<Tensor>? closure = null)
    {
        ArgumentNullException.ThrowIfNull(closure);
        var first = Evaluate(closure);
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var loss = first.ToDouble();
        var gradient = Gradient();
        var evaluations = 1L;
        for (var i = 0L; i < _iterations && Largest(gradient) > _gradientTolerance; i++)
        {
            Turn(gradient);
            _length = _count == 1
                ? Math.Min(1, 1 / gradient.abs().sum().ToDouble()) * LearningRate
                : LearningRate;
            var slope = gradient.dot(_direction!).ToDouble();
            if (slope > -_changeTolerance)
            {
                break;
            }

            Move(_direction! * _length);
            var previousLoss = loss;
            if (i + 1 < _iterations)
            {
                loss = Evaluate(closure).ToDouble();
                gradient = Gradient();
                evaluations++;
            }

            if (evaluations >= _evaluations || Largest(_direction! * _length) <= _changeTolerance
                || Math.Abs(loss - previousLoss) < _changeTolerance)
            {
                break;
            }
        }

        return first;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _direction?.Dispose();
            _previous?.Dispose();
            foreach (var (step, change, _) in _history)
            {
                step.Dispose();
                change.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static Tensor Evaluate(Func<Tensor> closure)
    {
        using var on = enable_grad();
        return closure();
    }

    private static double Largest(Tensor tensor) => tensor.abs().max().ToDouble();

    // The direction for this gradient, with the pair that the last step gave added to the history.
    private void Turn(Tensor gradient)
    {
        _count++;
        if (_count == 1)
        {
            Keep(ref _direction, gradient.neg());
            Keep(ref _previous, gradient.clone());
            return;
        }

        var change = gradient - _previous!;
        var step = _direction! * _length;
        var curvature = change.dot(step).ToDouble();

        // 1e-10 is PyTorch's: a pair with no positive curvature would spoil the approximation.
        if (curvature > 1e-10)
        {
            if (_history.Count == _historySize)
            {
                _history[0].Step.Dispose();
                _history[0].Change.Dispose();
                _history.RemoveAt(0);
            }

            _history.Add((step.DetachFromDisposeScope(), change.DetachFromDisposeScope(), curvature));
            _scale = curvature / change.dot(change).ToDouble();
        }

        var direction = gradient.neg();
        var shares = new double[_history.Count];
        for (var i = _history.Count - 1; i >= 0; i--)
        {
            shares[i] = _history[i].Step.dot(direction).ToDouble() / _history[i].Curvature;
            direction.add_(_history[i].Change, alpha: -shares[i]);
        }

        direction.mul_(_scale);
        for (var i = 0; i < _history.Count; i++)
        {
            var share = _history[i].Change.dot(direction).ToDouble() / _history[i].Curvature;
            direction.add_(_history[i].Step, alpha: shares[i] - share);
        }

        Keep(ref _direction, direction);
        Keep(ref _previous, gradient.clone());
    }

    private static void Keep(ref Tensor? field, Tensor value)
    {
        field?.Dispose();
        field = value.DetachFromDisposeScope();
    }

    private Tensor Gradient() => cat(
        [.. parameters().Select(parameter => (parameter.grad ?? zeros_like(parameter)).reshape(-1))]);

    private void Move(Tensor step)
    {
        var start = 0L;
        foreach (var parameter in parameters())
        {
            parameter.add_(step.narrow(0, start, parameter.numel()).view_as(parameter));
            start += parameter.numel();
        }
    }
}
