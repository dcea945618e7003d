namespace EdgeRestore.Training.Recipes;

/// <summary>A larger network whose results, or the places that it attends to, are trained towards.</summary>
internal sealed class DistillationRecipe
{
    /// <summary>A checkpoint of a run, whose average is taken, or what import wrote.</summary>
    public string Teacher { get; set; } = "";

    /// <summary>Weight of the L1 distance between the restored patches.</summary>
    public double Output { get; set; } = 1;

    /// <summary>Weight of the distance between attention maps.</summary>
    public double Features { get; set; }

    /// <summary>
    /// The layer whose input is compared; the default is the bottleneck's output in SymUNet and edge.
    /// </summary>
    public string StudentLayer { get; set; } = "ups.0.0";

    public string TeacherLayer { get; set; } = "ups.0.0";
}
