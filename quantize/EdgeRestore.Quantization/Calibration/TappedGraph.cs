using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Copies of a graph that also give what flows inside of it.</summary>
internal static class TappedGraph
{
    public const string MinsName = "calibration.min";
    public const string MaxsName = "calibration.max";
    public const string SizesName = "calibration.size";

    /// <summary>A copy that reduces every tap to its least and largest value and its number of elements.</summary>
    /// <remarks>Outputs: float[T], float[T] and int64[T], in the order of the taps.</remarks>
    public static OnnxFile WithRanges(OnnxFile file, IReadOnlyList<string> taps)
    {
        var copy = Copy(file);
        var graph = copy.Graph;
        graph.Initializers.Add(Initializer.Of("calibration.one", 1L));
        var whole = new IntAttribute("keepdims", 0);
        Gather("ReduceMin", MinsName, ElementType.Float, whole);
        Gather("ReduceMax", MaxsName, ElementType.Float, whole);
        Gather("Size", SizesName, ElementType.Int64);
        return copy;

        void Gather(string opType, string output, ElementType type, params NodeAttribute[] attributes)
        {
            var parts = new List<string>();
            for (var index = 0; index < taps.Count; index++)
            {
                var (scalar, part) = ($"{output}.{index}", $"{output}.{index}.part");
                graph.Nodes.Add(new()
                {
                    OpType = opType,
                    Name = scalar,
                    Inputs = [taps[index]],
                    Outputs = [scalar],
                    Attributes = [.. attributes],
                });
                graph.Nodes.Add(new()
                {
                    OpType = "Reshape",
                    Name = part,
                    Inputs = [scalar, "calibration.one"],
                    Outputs = [part],
                });
                parts.Add(part);
            }

            graph.Nodes.Add(new()
            {
                OpType = "Concat",
                Name = output,
                Inputs = [.. parts],
                Outputs = [output],
                Attributes = [new IntAttribute("axis", 0)],
            });
            graph.Outputs.Add(new(output, new(type, [taps.Count])));
        }
    }

    /// <summary>A copy whose outputs are the taps, without the nodes that none of them needs.</summary>
    public static OnnxFile WithTaps(OnnxFile file, IReadOnlyList<string> taps)
    {
        var copy = Copy(file);
        var graph = copy.Graph;
        graph.Outputs.Clear();
        foreach (var tap in taps)
        {
            graph.Outputs.Add(new(tap, new(ElementType.Float, null)));
        }

        var needed = taps.ToHashSet(StringComparer.Ordinal);
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
