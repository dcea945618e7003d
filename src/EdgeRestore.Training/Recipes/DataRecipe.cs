namespace EdgeRestore.Training.Recipes;

/// <summary>What samples are drawn from, by weight.</summary>
internal sealed class DataRecipe
{
    /// <summary>Weight of photographs that are degraded here.</summary>
    public double Synthetic { get; set; } = 1;

    public List<PairsRecipe> Pairs { get; set; } = [];
}

/// <summary>A folder of degraded images with their clean ones.</summary>
internal sealed class PairsRecipe
{
    public string Folder { get; set; } = "";

    /// <summary>How the folder pairs its files.</summary>
    public string Layout { get; set; } = "generic";

    /// <summary>What is wrong with the images, where the layout does not say it.</summary>
    public string? Degradation { get; set; }

    public double Weight { get; set; } = 1;
}
