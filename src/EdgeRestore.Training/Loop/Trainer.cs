using System.Diagnostics;
using EdgeRestore.Training.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Loop;

/// <summary>Takes the optimiser steps of a task.</summary>
internal sealed class Trainer : IDisposable
{
    private static readonly Process Self = Process.GetCurrentProcess();

    private readonly TrainingTask _task;
    private readonly TrainingState _state;
    private readonly Schedule _schedule;
    private readonly AdamWVector _optimizer;
    private readonly Tensor? _notGiven;
    private readonly Tensor _trainable;

    public Trainer(TrainingTask task, TrainingState state)
    {
        _task = task;
        _state = state;
        _schedule = new Schedule(task.Recipe);
        _optimizer = new AdamWVector(
            state.FirstMoment, state.SecondMoment, state.Counters.OptimizerStep, task.Recipe.Optimizer);
        var device = state.Values.device;
        _trainable = torch.tensor(state.Layout.Mark(
            slot => !task.DecidesSelection(slot.Name) && !task.IsGiven(slot.Name))).to(device);
        _notGiven = state.Layout.Slots.Any(slot => task.IsGiven(slot.Name))
            ? torch.tensor(state.Layout.Mark(slot => !task.IsGiven(slot.Name))).to(device)
            : null;
    }

    /// <summary>Fraction of the budget that is spent.</summary>
    public double Progress => _schedule.Progress(
        _state.Counters.Step, TimeSpan.FromSeconds(_state.Counters.TrainedSeconds));

    /// <summary>Steps since the start of this trainer whose gradient was not finite; they change no weight.</summary>
    public long SkippedSteps { get; private set; }

    public StepReport Step()
    {
        var started = Stopwatch.GetTimestamp();
        var startedCpu = CpuTime();
        var counters = _state.Counters;
        var progress = Progress;
        var isFrozen = _schedule.IsSelectionFrozen(progress);
        if (isFrozen && !counters.IsSelectionFrozen)
        {
            FreezeSelection();
        }

        var rate = _schedule.LearningRate(counters.Step, progress);
        var (loss, norm, batch) = Descend(counters.Position, progress, rate, isFrozen);
        SkippedSteps += double.IsFinite(norm) ? 0 : 1;
        UpdateAverage(counters.Step);
        var elapsed = Stopwatch.GetElapsedTime(started);
        _state.Counters = counters with
        {
            Step = counters.Step + 1,
            OptimizerStep = _optimizer.Steps,
            Position = counters.Position + batch.SampleCount,
            TrainedSeconds = counters.TrainedSeconds + elapsed.TotalSeconds,
            CpuSeconds = counters.CpuSeconds + (CpuTime() - startedCpu).TotalSeconds,
            IsSelectionFrozen = isFrozen,
        };
        return new StepReport(loss, norm, rate, elapsed, batch.Waited);
    }

    public void Dispose()
    {
        _trainable.Dispose();
        _notGiven?.Dispose();
    }

    private (double Loss, double Norm, BatchLoss Batch) Descend(
        long position, double progress, double rate, bool isFrozen)
    {
        using var scope = torch.NewDisposeScope();
        var batch = _task.Forward(_state.Values, position, progress);
        batch.Loss.backward();
        var norm = _optimizer.Step(_state.Values, _state.Values.grad!, rate, isFrozen ? _trainable : _notGiven);
        _state.Values.grad = null;
        if (double.IsFinite(norm))
        {
            _task.AfterStep(_state.Values);
        }

        return (batch.Loss.item<float>(), norm, batch);
    }

    private void UpdateAverage(long step)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();

        // As a difference: where the weights are constant, the average stays exactly theirs.
        _state.Average.add_(_state.Values.sub(_state.Average), 1 - _schedule.AverageDecay(step));
    }

    // The sets that the weights have now become constants, in the average as well: these are what is exported later.
    private void FreezeSelection()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var selection = _trainable.neg().add(1);
        _state.Average.mul_(_trainable).add_(_state.Values.mul(selection));
    }

    private static TimeSpan CpuTime()
    {
        Self.Refresh();
        return Self.TotalProcessorTime;
    }
}

/// <summary>One optimiser step, as it is logged.</summary>
internal readonly record struct StepReport(
    double Loss, double GradientNorm, double LearningRate, TimeSpan Elapsed, TimeSpan Waited);
