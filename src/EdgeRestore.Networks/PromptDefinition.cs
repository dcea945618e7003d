using System.Collections.Immutable;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Readings;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks;

/// <summary>What a network takes besides the image.</summary>
/// <param name="Name">Of the graph's input.</param>
/// <param name="Type">int64 for rows, float for vectors.</param>
/// <param name="Shape">Names are axes whose size the caller chooses.</param>
/// <param name="Meaning">Completes "takes ...".</param>
public sealed record PromptDefinition(string Name, ElementType Type, ImmutableArray<Dimension> Shape, string Meaning)
{
    /// <summary>The name of <see cref="Tokens"/>.</summary>
    public const string TokensName = "tokens";

    // Tokens of CLIP ViT-L/14 at 224x224; any number will do where a shape must stand for all.
    private const long RepresentativeTokens = 257;

    /// <summary>prompt: (N) int64, rows as <see cref="DegradationRow"/> numbers them.</summary>
    public static PromptDefinition Degradation { get; } =
        new("prompt", ElementType.Int64, ["batch"], "the row of a degradation per image");

    /// <summary>embedding: (N, size), one vector per image.</summary>
    public static PromptDefinition Embedding(long size) =>
        new("embedding", ElementType.Float, ["batch", size], $"an embedding of {size} numbers per image");

    /// <summary>tokens: (N, T, size), any number T of vectors per image.</summary>
    public static PromptDefinition Tokens(long size) => new(
        TokensName, ElementType.Float, ["batch", "tokens", size], $"semantic tokens of {size} numbers each");

    /// <summary>A shape for one image.</summary>
    public ShapeValue Representative =>
        new([.. Shape.Select(axis => axis.Size ?? (axis.Symbol == "tokens" ? RepresentativeTokens : 1))]);

    /// <summary>The input of a graph, with numbers for its axes where the graph's size is fixed.</summary>
    public OnnxTensor ToInput(GraphBuilder builder, FixedSize? size = null)
    {
        if (size is null)
        {
            return OnnxReading.Value(builder.Input(Name, Type, Shape), Representative.Sizes);
        }

        long[] sizes =
            [.. Shape.Zip(Representative.Sizes, (axis, length) => axis.Symbol == "batch" ? size.Batch : length)];
        return OnnxReading.Value(builder.Input(Name, Type, [.. sizes.Select(length => (Dimension)length)]), sizes);
    }
}
