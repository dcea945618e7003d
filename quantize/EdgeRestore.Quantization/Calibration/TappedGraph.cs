using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Copies of a graph that also give what flows inside of it.</summary>
internal static class TappedGraph
{
    public const string SizesName = "calibration.size";

    /// <summary>A copy that gives every tap's number of elements, int64[T], and nothing else.</summary>
    public static OnnxFile WithSizes(OnnxFile file, IReadOnlyList<string> taps)
    {
        var copy = Copy(file);
        var graph = copy.Graph;
        graph.Initializers.Add(Initializer.Of("calibration.one", 1L));
        var parts = new List<string>();
        foreach (var tap in taps)
        {
            var (size, part) = ($"{SizesName}.{tap}", $"{SizesName}.{tap}.part");
            graph.Nodes.Add(new() { OpType = "Size", Name = size, Inputs = [tap], Outputs = [size] });
            graph.Nodes.Add(
                new() { OpType = "Reshape", Name = part, Inputs = [size, "calibration.one"], Outputs = [part] });
            parts.Add(part);
        }

        graph.Nodes.Add(new()
        {
            OpType = "Concat",
            Name = SizesName,
            Inputs = [.. parts],
            Outputs = [SizesName],
            Attributes = [new IntAttribute("axis", 0)],
        });
        graph.Outputs.Clear();
        graph.Outputs.Add(new(SizesName, new(ElementType.Int64, null)));
        return copy;
    }

    /// <summary>
    /// A copy whose outputs are the taps and, where asked for, one of its own, without the nodes that none of them
    /// needs.
    /// </summary>
    public static OnnxFile WithTaps(OnnxFile file, IReadOnlyList<string> taps, string? output = null)
    {
        var copy = Copy(file);
        var graph = copy.Graph;
        graph.Outputs.Clear();
        foreach (var tap in taps)
        {
            graph.Outputs.Add(new(tap, new(ElementType.Float, null)));
        }

        var needed = taps.ToHashSet(StringComparer.Ordinal);
        foreach (var own in file.Graph.Outputs.Where(own => own.Name == output))
        {
            graph.Outputs.Add(own);
            needed.Add(own.Name);
        }

        for (var index = graph.Nodes.Count - 1; index >= 0; index--)
        {
            var node = graph.Nodes[index];
            if (node.Outputs.Any(needed.Contains))
            {
                needed.UnionWith(node.Inputs);
                needed.UnionWith(node.Attributes.OfType<GraphAttribute>().SelectMany(body => InputsOf(body.Value)));
            }
            else
            {
                graph.Nodes.RemoveAt(index);
            }
        }

        for (var index = graph.Initializers.Count - 1; index >= 0; index--)
        {
            if (!needed.Contains(graph.Initializers[index].Name))
            {
                graph.Initializers.RemoveAt(index);
            }
        }

        graph.Values.Clear();
        return copy;
    }

    // A body sees the values around it by their names.
    private static IEnumerable<string> InputsOf(Graph body) =>
        body.Nodes.SelectMany(node => node.Inputs.Concat(
            node.Attributes.OfType<GraphAttribute>().SelectMany(inner => InputsOf(inner.Value))));

    private static OnnxFile Copy(OnnxFile file)
    {
        var graph = new Graph(file.Graph.Name);
        AddAll(file.Graph.Inputs, graph.Inputs);
        AddAll(file.Graph.Outputs, graph.Outputs);
        AddAll(file.Graph.Initializers, graph.Initializers);
        AddAll(file.Graph.Nodes, graph.Nodes);
        AddAll(file.Graph.Values, graph.Values);
        var copy = new OnnxFile(graph);
        copy.Opsets.Clear();
        foreach (var (domain, version) in file.Opsets)
        {
            copy.Opsets.Add(domain, version);
        }

        return copy;
    }

    private static void AddAll<T>(IList<T> from, IList<T> to)
    {
        foreach (var item in from)
        {
            to.Add(item);
        }
    }
}
