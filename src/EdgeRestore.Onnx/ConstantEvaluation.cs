using System.Runtime.InteropServices;

namespace EdgeRestore.Onnx;

/// <summary>
/// What operators make of constants alone, for those that compact files store constants with: rows taken out of a
/// tensor, a tensor in equal parts, and floats in half the bytes.
/// </summary>
internal static class ConstantEvaluation
{
    /// <summary>The constants that a node makes; none where it is another operator or takes anything else.</summary>
    public static IEnumerable<Initializer> Of(Node node, Func<string, Initializer?> constantOf)
    {
        if (node.Inputs.Length == 0 || constantOf(node.Inputs[0]) is not { } source)
        {
            return [];
        }

        return node switch
        {
            { OpType: "Cast", Domain: "" } when source.Type == ElementType.Float16
                && node.Int("to", 0) == (long)ElementType.Float => [Widened(node, source)],
            { OpType: "Split", Domain: "", Inputs.Length: 1 } when node.Int("axis", 0) == 0
                && source.Shape.Length > 0 && source.Shape[0] % node.Outputs.Length == 0 => Parts(node, source),
            { OpType: "Gather", Domain: "", Inputs.Length: 2 } when node.Int("axis", 0) == 0
                && source.Shape.Length > 0
                && constantOf(node.Inputs[1]) is { Type: ElementType.Int32, Shape.Length: 1 } rows
                && Rows(node, source, rows) is { } taken => [taken],
            _ => [],
        };
    }

    private static Initializer Widened(Node node, Initializer source)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(source.Data.Span);
        var values = new float[halves.Length];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = (float)halves[index];
        }

        return Initializer.Of(node.Outputs[0], source.Shape.AsSpan(), values);
    }

    private static IEnumerable<Initializer> Parts(Node node, Initializer source)
    {
        var length = source.Data.Length / node.Outputs.Length;
        return node.Outputs.Select((output, index) => new Initializer(
            output, source.Type, source.Shape.SetItem(0, source.Shape[0] / node.Outputs.Length),
            source.Data.Slice(index * length, length)));
    }

    private static Initializer? Rows(Node node, Initializer source, Initializer rows)
    {
        var indices = MemoryMarshal.Cast<byte, int>(rows.Data.Span);
        var count = (int)source.Shape[0];
        if (count == 0)
        {
            return null;
        }

        var length = source.Data.Length / count;
        var data = new byte[indices.Length * length];
        for (var index = 0; index < indices.Length; index++)
        {
            // A negative one counts from the end, as ONNX has it; a wrong one is for the run time to refuse.
            var row = indices[index] < 0 ? indices[index] + count : indices[index];
            if ((uint)row >= (uint)count)
            {
                return null;
            }

            source.Data.Span.Slice(row * length, length).CopyTo(data.AsSpan(index * length));
        }

        return new(node.Outputs[0], source.Type, source.Shape.SetItem(0, indices.Length), data);
    }
}
