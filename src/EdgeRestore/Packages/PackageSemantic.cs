using System.Collections.Immutable;

namespace EdgeRestore.Packages;

/// <summary>The frozen encoder whose tokens a network takes beside each frame (SE-SymUNet).</summary>
public sealed record PackageSemantic
{
    /// <summary>What may stand in the place of the published positional embedding, noise that is drawn anew at every start.</summary>
    public static ImmutableArray<string> PositionalEmbeddings { get; } = ["zero"];

    /// <summary>The encoder's ONNX file.</summary>
    public required string File { get; init; }

    /// <summary>Numbers of a token.</summary>
    public required int TokenSize { get; init; }

    /// <summary>One of <see cref="PositionalEmbeddings"/>: results are a function of weights and frame alone.</summary>
    public required string PositionalEmbedding { get; init; }
}
