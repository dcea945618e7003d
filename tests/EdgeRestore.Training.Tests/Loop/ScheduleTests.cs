using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Recipes;

namespace EdgeRestore.Training.Tests.Loop;

public sealed class ScheduleTests
{
    private static readonly Recipe Recipe = Recipe.Parse("schedule", """
        network: edge-xs
        steps: 1000
        optimizer: { learningRate: 0.001, finalLearningRate: 0.00001, warmUpSteps: 10, average: 0.99 }
        phases: [ { until: 0.25, patch: 32, batch: 4 }, { until: 1, patch: 64, batch: 2 } ]
        weights: { noise: 1 }
        selection: { freezeAt: 0.5, temperature: 1, finalTemperature: 0.01 }
        """);

    private readonly Schedule _schedule = new(Recipe);

    [Theory]
    [InlineData(0, 0.0001)]
    [InlineData(4, 0.0005)]
    [InlineData(9, 0.001)]
    public void LearningRate_WarmUp_RisesLinearly(long step, double expected) =>
        Assert.Equal(expected, _schedule.LearningRate(step, progress: 0), 9);

    [Theory]
    [InlineData(0.5, (0.001 + 0.00001) / 2)]
    [InlineData(1, 0.00001)]
    public void LearningRate_AfterWarmUp_FollowsHalfCosine(double progress, double expected) =>
        Assert.Equal(expected, _schedule.LearningRate(500, progress), 9);

    [Fact]
    public void Progress_BudgetInSteps_IgnoresTime() =>
        Assert.Equal(0.25, _schedule.Progress(250, TimeSpan.FromDays(1)));

    [Fact]
    public void Progress_BudgetInMinutes_IgnoresSteps()
    {
        var recipe = Recipe.Parse("minutes", Recipe.Text);
        recipe.Override(minutes: 10, steps: null, seed: null);

        Assert.Equal(0.5, new Schedule(recipe).Progress(7, TimeSpan.FromMinutes(5)));
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(0.249, 32)]
    [InlineData(0.25, 64)]
    [InlineData(1, 64)]
    public void Phase_Boundary_BelongsToTheNextPhase(double progress, int patch) =>
        Assert.Equal(patch, _schedule.Phase(progress).Patch);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 0.1)]
    [InlineData(0.5, 0.01)]
    [InlineData(0.9, 0.01)]
    public void GateTemperature_UntilFreeze_FallsGeometrically(double progress, double expected) =>
        Assert.Equal(expected, _schedule.GateTemperature(progress), 9);

    [Fact]
    public void AverageDecay_FirstSteps_FollowsFasterThanLater()
    {
        Assert.Equal(0.1, _schedule.AverageDecay(0), 9);
        Assert.Equal(0.99, _schedule.AverageDecay(100_000), 9);
    }
}
