using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Copies of a graph that also give what flows inside of it.</summary>
internal static class TappedGraph
{
    public const string MinsName = "calibration.min";
    public const string MaxsName = "calibration.max";
    public const string SizesName = "calibration.size";
    public const string ChannelMinsName = "calibration.channel.min";
    public const string ChannelMaxsName = "calibration.channel.max";
    public const string ChannelMeansName = "calibration.channel.mean";

    /// <summary>A copy that reduces every tap to its least and largest value and its number of elements.</summary>
    /// <remarks>
    /// Outputs: float[T], float[T] and int64[T], in the order of the taps. Those among them that are images (N, C, H, W) are
    /// reduced to their channels first, in three more outputs that hold one after another.
    /// </remarks>
    public static OnnxFile WithRanges(OnnxFile file, IReadOnlyList<string> taps, IReadOnlySet<string> images)
    {
        var copy = Copy(file);
        var graph = copy.Graph;
        graph.Initializers.Add(Initializer.Of("calibration.one", 1L));
        graph.Initializers.Add(Initializer.Of("calibration.all", -1L));
        graph.Initializers.Add(Initializer.Of("calibration.axes", 0, 2, 3));
        var whole = new IntAttribute("keepdims", 0);

        // Axes are an attribute up to opset 17 and an input since.
        var axesInside = new IntsAttribute("axes", [0, 2, 3]);
        var axesOutside = file.Opsets[""] >= 18;
        if (images.Count > 0)
        {
            Gather("ReduceMin", ChannelMinsName, ElementType.Float, images.Contains, PerChannel, axesOutside ? [whole] : [whole, axesInside]);
            Gather("ReduceMax", ChannelMaxsName, ElementType.Float, images.Contains, PerChannel, axesOutside ? [whole] : [whole, axesInside]);
            Gather("ReduceMean", ChannelMeansName, ElementType.Float, images.Contains, PerChannel, axesOutside ? [whole] : [whole, axesInside]);
        }

        Gather("ReduceMin", MinsName, ElementType.Float, _ => true, tap => [Reduced(tap, ChannelMinsName)], [whole]);
        Gather("ReduceMax", MaxsName, ElementType.Float, _ => true, tap => [Reduced(tap, ChannelMaxsName)], [whole]);
        Gather("Size", SizesName, ElementType.Int64, _ => true, tap => [tap], []);
        return copy;

        // What was reduced to channels is short.
        string Reduced(string tap, string channels) => images.Contains(tap) ? $"{channels}.{tap}" : tap;

        string[] PerChannel(string tap) => axesOutside ? [tap, "calibration.axes"] : [tap];

        void Gather(
            string opType, string output, ElementType type, Func<string, bool> isWanted, Func<string, string[]> inputs,
            NodeAttribute[] attributes)
        {
            var parts = new List<string>();
            foreach (var tap in taps.Where(isWanted))
            {
                var (reduced, part) = ($"{output}.{tap}", $"{output}.{tap}.part");
                graph.Nodes.Add(new()
                {
                    OpType = opType,
                    Name = reduced,
                    Inputs = [.. inputs(tap)],
                    Outputs = [reduced],
                    Attributes = [.. attributes],
                });
                graph.Nodes.Add(new()
                {
                    OpType = "Reshape",
                    Name = part,
                    Inputs = [reduced, output.StartsWith("calibration.channel", StringComparison.Ordinal) ? "calibration.all" : "calibration.one"],
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
            graph.Outputs.Add(new(output, new(type, null)));
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
