namespace EdgeRestore.Training.Recipes;

/// <summary>How the channel sets are learnt.</summary>
internal sealed class SelectionRecipe
{
    /// <summary>
    /// Fraction of the run after which the sets are constant and only the rest is trained; 0 keeps the random ones.
    /// </summary>
    public double FreezeAt { get; set; } = 0.6;

    /// <summary>Temperature of the straight-through slope at the start and when the sets freeze.</summary>
    public double Temperature { get; set; } = 1;

    public double FinalTemperature { get; set; } = 0.1;

    /// <summary>Weight of the term that keeps the use of channels even; 0.01 where sets are to differ.</summary>
    public double Balance { get; set; }

    /// <summary>
    /// File of one vector per degradation, for networks whose prompts are given and classifiers whose prototypes are;
    /// read when a run starts.
    /// </summary>
    public string? Prompts { get; set; }
}
