namespace EdgeRestore.Training.Recipes;

/// <summary>What is measured during the run, on photographs of the training list that are not trained on.</summary>
internal sealed class ValidationRecipe
{
    public int Photographs { get; set; } = 8;

    /// <summary>Pairs of each folder that validate and are not trained on.</summary>
    public int Pairs { get; set; } = 4;

    public int CropPixels { get; set; } = 256;

    /// <summary>Fraction of the run between two validations.</summary>
    public double Every { get; set; } = 0.1;
}
