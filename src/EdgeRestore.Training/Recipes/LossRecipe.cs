namespace EdgeRestore.Training.Recipes;

/// <summary>The weight of each term of the loss; what is left out keeps its default.</summary>
internal sealed class LossRecipe
{
    public double L1 { get; set; } = 1;

    /// <summary>Of patches of 128 x 128; scaled for others (SymUNet's published weight).</summary>
    public double Fourier { get; set; } = 0.1;

    public double Charbonnier { get; set; }

    public double MsSsim { get; set; }
}
