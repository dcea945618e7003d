using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Foreign;

/// <summary>
/// How pixels become the input of a graph: (level / 255 × (high − low) + low − mean) / deviation, per channel.
/// </summary>
public sealed record FrameInput
{
    /// <summary>Name of what the wrapped graph takes: uint8 (N, height, width, 3), RGB.</summary>
    public const string FrameName = "frame";

    // ITU-R BT.601, for graphs of one channel.
    private static readonly float[] Luma = [0.299f, 0.587f, 0.114f];

    /// <summary>What black and white are before mean and deviation.</summary>
    /// <value>Default 0 and 1.</value>
    public (float Low, float High) Range { get; init; } = (0, 1);

    /// <summary>By channel, in the graph's order.</summary>
    /// <value>Default 0.</value>
    public ImmutableArray<float> Mean { get; init; } = [0, 0, 0];

    /// <summary>By channel, in the graph's order.</summary>
    /// <value>Default 1.</value>
    public ImmutableArray<float> Deviation { get; init; } = [1, 1, 1];

    /// <summary>Whether blue comes first, as OpenCV has it.</summary>
    public bool IsBgr { get; init; }

    /// <summary>
    /// A copy of a graph that takes bytes and makes its own input of them; its other values keep their names.
    /// </summary>
    /// <param name="file">Its first input is float (N, channels, height, width).</param>
    /// <param name="channels">1 or 3.</param>
    public OnnxFile Wrap(OnnxFile file, int channels)
    {
        ArgumentNullException.ThrowIfNull(file);
        var source = file.Graph;
        var input = source.Inputs.Single();
        var graph = new Graph(source.Name);
        graph.Inputs.Add(new(FrameName, new(ElementType.UInt8, ["N", "height", "width", 3])));
        Add(graph.Outputs, source.Outputs);
        Add(graph.Initializers, source.Initializers);
        Add(graph.Values, source.Values);

        // x: (N, height, width, 3) until the transposition.
        var x = Node("Cast", [FrameName], "float", new IntAttribute("to", (long)ElementType.Float));
        if (channels == 1)
        {
            x = Node("MatMul", [x, Constant("luma", [3, 1], Luma)], "grey");
        }
        else if (IsBgr)
        {
            graph.Initializers.Add(Initializer.Of(Name("order"), 2, 1, 0));
            x = Node("Gather", [x, Name("order")], "reversed", new IntAttribute("axis", 3));
        }

        var factors = Enumerable.Range(0, channels).Select(c => (Range.High - Range.Low) / 255 / Deviation[c])
            .ToArray();
        var offsets = Enumerable.Range(0, channels).Select(c => (Range.Low - Mean[c]) / Deviation[c]).ToArray();
        x = Node("Mul", [x, Constant("factor", [channels], factors)], "scaled");
        x = Node("Add", [x, Constant("offset", [channels], offsets)], "normalized");
        graph.Nodes.Add(new()
        {
            OpType = "Transpose",
            Name = Name("transposed"),
            Inputs = [x],
            Outputs = [input.Name],
            Attributes = [new IntsAttribute("perm", [0, 3, 1, 2])],
        });
        Add(graph.Nodes, source.Nodes);
        return file.WithGraph(graph);

        string Node(
            string opType, ImmutableArray<string> inputs, string name, params ImmutableArray<NodeAttribute> attributes)
        {
            graph.Nodes.Add(new()
            {
                OpType = opType,
                Name = Name(name),
                Inputs = inputs,
                Outputs = [Name(name)],
                Attributes = attributes,
            });
            return Name(name);
        }

        string Constant(string name, ReadOnlySpan<long> shape, float[] values)
        {
            graph.Initializers.Add(Initializer.Of(Name(name), shape, values));
            return Name(name);
        }
    }

    // Slashes and colons stand in the names of others.
    private static string Name(string name) => $"edgerestore.frame.{name}";

    private static void Add<T>(IList<T> list, IEnumerable<T> items)
    {
        foreach (var item in items)
        {
            list.Add(item);
        }
    }
}
