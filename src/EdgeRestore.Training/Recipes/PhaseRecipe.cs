namespace EdgeRestore.Training.Recipes;

/// <summary>Patch side, batch and, if only one degradation is to be drawn, its name.</summary>
internal sealed class PhaseRecipe
{
    public double Until { get; set; } = 1;

    public int Patch { get; set; } = 64;

    public int Batch { get; set; } = 8;

    public string? Only { get; set; }
}
