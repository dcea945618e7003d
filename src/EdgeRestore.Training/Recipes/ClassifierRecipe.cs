namespace EdgeRestore.Training.Recipes;

/// <summary>What is particular to training the published DPGNet.</summary>
internal sealed class ClassifierRecipe
{
    public const string Running = "running";
    public const string Frozen = "frozen";

    /// <summary>
    /// Batch norms by the batch's own statistics, counted for service; or frozen at those that came with the weights.
    /// </summary>
    public string BatchNorm { get; set; } = Running;

    /// <summary>Part of the channels that is dropped in front of the pooling: 0.35 as published.</summary>
    public double Dropout { get; set; } = 0.35;
}
