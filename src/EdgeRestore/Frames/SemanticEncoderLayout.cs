namespace EdgeRestore.Frames;

/// <summary>Which input and output of an ONNX file make it a semantic encoder: the one definition for training and serving.</summary>
/// <param name="Input">Name of the one input, float (1 or N, 3, side, side).</param>
/// <param name="Side">Width and height of what the encoder sees; the published side where the file leaves it open.</param>
/// <param name="Output">Name of the tokens, float (1 or N, T, D).</param>
/// <param name="TokenSize">D; null where the file leaves it open.</param>
public sealed record SemanticEncoderLayout(string Input, int Side, string Output, int? TokenSize)
{
    // Of several sequences the one of these names, which exports of CLIPVisionModel have.
    private static readonly string[] TokenNames = ["last_hidden_state", "tokens"];

    /// <summary>Finds them.</summary>
    /// <param name="path">Of the file, for the message.</param>
    /// <param name="inputs">Of the graph.</param>
    /// <param name="outputs">Of the graph.</param>
    /// <returns>The layout, or else what is wrong with the file.</returns>
    public static (SemanticEncoderLayout? Layout, string? Fault) Find(
        string path, IReadOnlyList<EncoderValue> inputs, IReadOnlyList<EncoderValue> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (inputs is not [{ IsFloat: true, Sizes: [1 or -1, 3 or -1, var height, var width] } input]
            || height != width || height == 0)
        {
            return (null, $"Semantic encoder '{path}' takes {Describe(inputs)}. Allowed: one float input (1, 3, side, side) of "
                + "standardised pixels. Export the vision part alone.");
        }

        var sequences = outputs.Where(output => output is { IsFloat: true, Sizes.Count: 3 }).ToList();
        var tokens = sequences.Count == 1
            ? sequences[0]
            : TokenNames.Select(name => sequences.Find(output => output.Name == name)).FirstOrDefault(found => found is not null);
        return tokens is null
            ? (null, $"Semantic encoder '{path}' gives {Describe(outputs)}. Allowed: one float output (1, tokens, size), or "
                + $"several with one named {string.Join(" or ", TokenNames)}. Export it with its last hidden state.")
            : (new(
                input.Name,
                height < 0 ? ClipInput.PublishedSide : height,
                tokens.Name,
                tokens.Sizes[2] > 0 ? tokens.Sizes[2] : null), null);
    }

    private static string Describe(IReadOnlyList<EncoderValue> values) => string.Join(
        ", ",
        values.Select(value =>
            $"'{value.Name}' {value.ElementType?.Name} ({string.Join(", ", value.Sizes)})"));
}

/// <summary>An input or output of an ONNX file.</summary>
/// <param name="Name">In the graph.</param>
/// <param name="ElementType">Of its numbers; null where it is no tensor.</param>
/// <param name="Sizes">Of its axes; -1 where the run decides.</param>
public sealed record EncoderValue(string Name, Type? ElementType, IReadOnlyList<int> Sizes)
{
    internal bool IsFloat => ElementType == typeof(float);
}
