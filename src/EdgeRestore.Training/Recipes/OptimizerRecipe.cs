namespace EdgeRestore.Training.Recipes;

/// <summary>AdamW, its schedule and the average of the weights.</summary>
internal sealed class OptimizerRecipe
{
    public const string Float32 = "float32";

    public const string BFloat16 = "bfloat16";

    public double LearningRate { get; set; } = 1e-3;

    /// <summary>Where the cosine ends.</summary>
    public double FinalLearningRate { get; set; } = 1e-6;

    public int WarmUpSteps { get; set; } = 50;

    public double WeightDecay { get; set; } = 1e-3;

    /// <summary>PyTorch's default, which the published recipe keeps; so is the other.</summary>
    public double Beta1 { get; set; } = 0.9;

    public double Beta2 { get; set; } = 0.999;

    /// <summary>The gradient's norm is clipped to this.</summary>
    public double ClipNorm { get; set; } = 0.1;

    /// <summary>
    /// Decay of the exponential moving average of the weights, which is what is validated and exported.
    /// </summary>
    public double Average { get; set; } = 0.999;

    /// <summary>float32 or bfloat16.</summary>
    public string Precision { get; set; } = BFloat16;
}
