using EdgeRestore.Training.Recipes;

namespace EdgeRestore.Training.Loop;

/// <summary>What of a run depends on how far it has got: learning rate, patches, the slope of the selection.</summary>
internal sealed class Schedule(Recipe recipe)
{
    /// <summary>Fraction of the run that is done, [0, 1].</summary>
    public double Progress(long step, TimeSpan trained) => Math.Min(
        1, recipe.Minutes > 0 ? trained.TotalMinutes / recipe.Minutes : (double)step / recipe.Steps);

    /// <summary>Linear warm-up, then a half cosine from the first to the final rate.</summary>
    public double LearningRate(long step, double progress)
    {
        var optimizer = recipe.Optimizer;
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * progress));
        var rate = optimizer.FinalLearningRate + ((optimizer.LearningRate - optimizer.FinalLearningRate) * cosine);
        return rate * Math.Min(1, (step + 1.0) / Math.Max(1, optimizer.WarmUpSteps));
    }

    public PhaseRecipe Phase(double progress) =>
        recipe.Phases.FirstOrDefault(phase => progress < phase.Until) ?? recipe.Phases[^1];

    /// <summary>Falls geometrically until the sets freeze.</summary>
    public double GateTemperature(double progress)
    {
        var selection = recipe.Selection;
        var fraction = selection.FreezeAt <= 0 ? 1 : Math.Min(1, progress / selection.FreezeAt);
        return selection.Temperature * Math.Pow(selection.FinalTemperature / selection.Temperature, fraction);
    }

    public bool IsSelectionFrozen(double progress) => progress >= recipe.Selection.FreezeAt;

    /// <summary>
    /// The average follows faster at the start, when it would otherwise hold the initial noise for long.
    /// </summary>
    public double AverageDecay(long step) => Math.Min(recipe.Optimizer.Average, (1.0 + step) / (10.0 + step));
}
