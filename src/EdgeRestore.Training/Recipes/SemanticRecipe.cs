namespace EdgeRestore.Training.Recipes;

/// <summary>The frozen encoder whose tokens a network takes beside the image.</summary>
internal sealed class SemanticRecipe
{
    public const string Patch = "patch";
    public const string Photograph = "photograph";

    /// <summary>
    /// ONNX file: (1, 3, side, side) float as CLIP's preprocessing gives it, to (1, tokens, size) float.
    /// </summary>
    public string Encoder { get; set; } = "";

    /// <summary>
    /// What is encoded: each degraded patch, as the published training does, or the clean photograph it was cut from,
    /// once: cheaper by as much as the encoder costs, and another task than that of a service, which has no clean one.
    /// </summary>
    public string Of { get; set; } = Patch;
}
