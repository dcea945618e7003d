namespace EdgeRestore.Onnx;

/// <summary>Takes the part of a graph out that lies between some of its values.</summary>
public static class GraphExtraction
{
    /// <summary>A file with only what computes some values from others. The source stays as it is.</summary>
    /// <param name="source">The whole graph.</param>
    /// <param name="inputs">Where the part begins; what makes these values is left out, and inputs that it does not read.</param>
    /// <param name="outputs">Where it ends.</param>
    /// <exception cref="OnnxException">
    /// The part needs another input, or an operator that makes one of its inputs beside a value that it needs.
    /// </exception>
    public static OnnxFile Extract(
        OnnxFile source, IReadOnlyCollection<ValueDefinition> inputs, IReadOnlyCollection<ValueDefinition> outputs)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        var given = inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var used = outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var graph = new Graph(source.Graph.Name);
        foreach (var node in source.Graph.Nodes.Reverse())
        {
            if (!node.Outputs.Any(output => used.Contains(output) && !given.Contains(output)))
            {
                continue;
            }

            if (node.Outputs.FirstOrDefault(given.Contains) is { } both)
            {
                throw new OnnxException($"'{both}' cannot be an input: {node} makes it beside another value that is needed.");
            }

            used.UnionWith(node.UsedValues);
            graph.Nodes.Insert(0, node);
        }

        Add(graph.Inputs, inputs.Where(input => used.Contains(input.Name)));
        Add(graph.Outputs, outputs);
        Add(graph.Initializers, source.Graph.Initializers.Where(tensor => used.Contains(tensor.Name) && !given.Contains(tensor.Name)));
        var made = graph.Nodes.SelectMany(node => node.Outputs).ToHashSet(StringComparer.Ordinal);
        var edge = outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        Add(graph.Values, source.Graph.Values.Where(value => made.Contains(value.Name) && !edge.Contains(value.Name)));
        graph.Validate();
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
