namespace EdgeRestore.Onnx;

/// <summary>New files out of old ones; no graph is changed in place.</summary>
internal static class GraphEdit
{
    /// <summary>The same file with other nodes and constants, without those that nothing uses.</summary>
    public static OnnxFile With(OnnxFile source, IEnumerable<Node> nodes, IEnumerable<Initializer> initializers)
    {
        var graph = new Graph(source.Graph.Name);
        Add(graph.Inputs, source.Graph.Inputs);
        Add(graph.Outputs, source.Graph.Outputs);
        var used = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var kept = new List<Node>();
        foreach (var node in nodes.Reverse().Where(node => node.Outputs.Any(used.Contains)))
        {
            used.UnionWith(node.UsedValues);
            kept.Add(node);
        }

        kept.Reverse();
        Add(graph.Nodes, kept);
        var inputs = graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        Add(
            graph.Initializers,
            initializers.Where(initializer => used.Contains(initializer.Name) || inputs.Contains(initializer.Name)));
        var made = kept.SelectMany(node => node.Outputs).ToHashSet(StringComparer.Ordinal);
        Add(graph.Values, source.Graph.Values.Where(value => made.Contains(value.Name)));
        return source.WithGraph(graph);
    }

    private static void Add<T>(IList<T> list, IEnumerable<T> items)
    {
        foreach (var item in items)
        {
            list.Add(item);
        }
    }
}
