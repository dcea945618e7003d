using System.Collections.Immutable;
using System.Globalization;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>
/// Vectors of one type and length behind one another in one tensor, which an operator cuts into equal parts when a run
/// time loads the graph: a graph in 8 bits has hundreds, and a tensor of its own takes 12 bytes, one that is widened
/// 40.
/// </summary>
internal static class PackedVectors
{
    // Scales, biases and zero points. Shapes and axes stay as they are: readers look for them before they fold
    // anything.
    private static readonly ImmutableHashSet<ElementType> Types =
        [ElementType.Float, ElementType.Float16, ElementType.UInt8, ElementType.Int8];

    // What a packed tensor, the operator that cuts it, and its name take.
    private const int BytesPerPack = 40;

    private const int BytesPerTensor = 10;
    private const int BytesPerCast = 27;

    // The first whose Split must be told how many parts there are.
    private const long CountedPartsOpset = 18;

    /// <summary>The graph with its vectors packed.</summary>
    /// <param name="file">The graph; it is not changed.</param>
    /// <param name="isElsewhere">Whether a constant stands in a file that other graphs read it from too.</param>
    public static OnnxFile Apply(OnnxFile file, Func<Initializer, bool> isElsewhere)
    {
        var links = new GraphLinks(file.Graph);
        var vectors = file.Graph.Initializers
            .Where(tensor => tensor.Shape is [> 1]
                && Types.Contains(tensor.Type)
                && links.Constant(tensor.Name) == tensor
                && !links.IsOutput(tensor.Name) && !isElsewhere(tensor))
            .Select(tensor => (Tensor: tensor, Cast: OnlyCast(tensor, links)))
            .GroupBy(vector => (vector.Tensor.Type, Length: vector.Tensor.Shape[0], IsCast: vector.Cast is not null))
            .Where(group => group.Count() * (BytesPerTensor + (group.Key.IsCast ? BytesPerCast : 0))
                > BytesPerPack + (group.Key.IsCast ? BytesPerCast : 0))
            .ToList();
        var names = file.Graph.Initializers.Select(tensor => tensor.Name)
            .Concat(file.Graph.Nodes.SelectMany(node => node.Outputs)).ToHashSet(StringComparer.Ordinal);
        List<Node> nodes = [];
        List<Initializer> initializers = [];
        HashSet<Initializer> packed = [];
        HashSet<Node> casts = [];
        foreach (var group in vectors)
        {
            var pack = Unused(string.Create(
                CultureInfo.InvariantCulture, $"packed_{group.Key.Type}_{group.Key.Length}"));
            initializers.Add(new(
                pack, group.Key.Type, [group.Key.Length * group.Count()],
                group.SelectMany(vector => vector.Tensor.Data.ToArray()).ToArray()));
            packed.UnionWith(group.Select(vector => vector.Tensor));
            var source = pack;
            if (group.Key.IsCast)
            {
                casts.UnionWith(group.Select(vector => vector.Cast!));
                source = Unused($"{pack}_wide");
                nodes.Add(new()
                {
                    OpType = "Cast",
                    Inputs = [pack],
                    Outputs = [source],
                    Attributes = [new IntAttribute("to", group.First().Cast!.Int("to", 0))],
                });
            }

            nodes.Add(new()
            {
                OpType = "Split",
                Inputs = [source],
                Outputs = [.. group.Select(vector => vector.Cast?.Outputs[0] ?? vector.Tensor.Name)],
                Attributes = file.Opsets[""] < CountedPartsOpset
                    ? []
                    : [new IntAttribute("num_outputs", group.Count())],
            });
        }

        return packed.Count == 0 ? file : GraphEdit.With(
            file, nodes.Concat(file.Graph.Nodes.Where(node => !casts.Contains(node))),
            initializers.Concat(file.Graph.Initializers.Where(tensor => !packed.Contains(tensor))));

        string Unused(string stem)
        {
            while (!names.Add(stem))
            {
                stem += "_";
            }

            return stem;
        }
    }

    private static Node? OnlyCast(Initializer tensor, GraphLinks links) =>
        links.Consumers(tensor.Name) is [var only] && only.Is("Cast") && !links.IsOutput(only.Outputs[0]) ? only : null;
}
