using System.Diagnostics;
using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Tasks;

namespace EdgeRestore.Training.Loop;

/// <summary>
/// A whole run: steps, log lines, validations and checkpoints until the budget is spent or someone stops it.
/// </summary>
internal sealed class TrainingRun(TrainingTask task, TrainingState state, RunFolder folder, RunReport report)
{
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(20);

    private readonly List<StepReport> _window = [];

    /// <returns>True when the budget is spent, false when stopped before; the checkpoint is saved either way.</returns>
    public bool Run(CancellationToken cancellationToken)
    {
        using var trainer = new Trainer(task, state);

        // A longer budget puts a finished run back to where it validates again.
        state.Counters = state.Counters with
        {
            LastValidation = Math.Min(state.Counters.LastValidation, trainer.Progress),
        };
        var saved = Stopwatch.GetTimestamp();
        var reported = Stopwatch.GetTimestamp();
        while (trainer.Progress < 1 && !cancellationToken.IsCancellationRequested)
        {
            _window.Add(trainer.Step());
            if (Stopwatch.GetElapsedTime(reported) >= ReportInterval)
            {
                Report(trainer);
                reported = Stopwatch.GetTimestamp();
            }

            if (trainer.Progress < 1
                && trainer.Progress - state.Counters.LastValidation >= task.Recipe.Validation.Every)
            {
                Validate(trainer);
            }

            if (Stopwatch.GetElapsedTime(saved) >= CheckpointInterval)
            {
                Checkpoint.Save(folder.CheckpointPath, state, task.Recipe);
                saved = Stopwatch.GetTimestamp();
            }
        }

        return Finish(trainer);
    }

    private bool Finish(Trainer trainer)
    {
        if (_window.Count > 0)
        {
            Report(trainer);
        }

        var isDone = trainer.Progress >= 1;
        if (isDone && state.Counters.LastValidation < 1)
        {
            // First what was trained, then what takes a while.
            Checkpoint.Save(folder.CheckpointPath, state, task.Recipe);
            Validate(trainer);
        }

        Checkpoint.Save(folder.CheckpointPath, state, task.Recipe);
        var peakBytes = Process.GetCurrentProcess().PeakWorkingSet64;
        report.Write(
            "finished",
            new { isDone, state.Counters.Step, state.Counters.TrainedSeconds, folder.CheckpointPath, peakBytes },
            $"{(isDone ? "Done" : "Stopped")} at step {state.Counters.Step}; checkpoint {folder.CheckpointPath}, peak "
                + $"memory {peakBytes / 1e6:F0} MB." + (isDone ? "" : " The same command goes on from there."));
        return isDone;
    }

    private void Validate(Trainer trainer)
    {
        task.Validate(state.Average, state.Counters, folder, report);
        state.Counters = state.Counters with { LastValidation = trainer.Progress };
    }

    private void Report(Trainer trainer)
    {
        var counters = state.Counters;
        var elapsed = _window.Sum(step => step.Elapsed.TotalSeconds);
        var summary = new StepSummary(
            counters.Step,
            counters.TrainedSeconds,
            counters.CpuSeconds,
            _window[^1].LearningRate,
            _window.Average(step => step.Loss),
            _window.Average(step => step.GradientNorm),
            1000 * elapsed / _window.Count,
            _window.Sum(step => step.Waited.TotalSeconds) / elapsed);
        _window.Clear();
        folder.AppendSteps(summary);
        var progress = trainer.Progress;
        var left = TimeSpan.FromSeconds(progress > 0 ? counters.TrainedSeconds * (1 - progress) / progress : 0);
        report.Write(
            "steps",
            new
            {
                progress,
                summary.Step,
                summary.TrainedSeconds,
                summary.Loss,
                summary.GradientNorm,
                summary.LearningRate,
                summary.MillisecondsPerStep,
                summary.DataShare,
                SecondsLeft = left.TotalSeconds,
                trainer.SkippedSteps,
            },
            FormattableString.Invariant($"{100 * progress,5:F1} % step {summary.Step,7}  loss {summary.Loss:F5}  ")
                + FormattableString.Invariant($"norm {summary.GradientNorm:F3}  lr {summary.LearningRate:E2}  ")
                + FormattableString.Invariant(
                    $"{summary.MillisecondsPerStep:F0} ms/step, {100 * summary.DataShare:F1} ")
                + $"% of it waiting for data  left {left:hh\\:mm\\:ss}"
                + (trainer.SkippedSteps > 0 ? $"  {trainer.SkippedSteps} steps without a finite gradient" : ""));
    }
}
