using System.Collections.Immutable;
using System.Globalization;

namespace EdgeRestore.Onnx;

/// <summary>
/// Builds a graph node by node; names inner values by a running number, so the same calls give the same graph.
/// </summary>
public sealed class GraphBuilder(string name)
{
    private readonly Dictionary<string, string> constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> initializers = new(StringComparer.Ordinal);
    private int counter;

    public Graph Graph { get; } = new(name);

    public string Input(string name, ElementType type, params ImmutableArray<Dimension> shape)
    {
        Graph.Inputs.Add(new(name, new(type, shape)));
        return name;
    }

    /// <summary>Makes a value an output under a name of its own.</summary>
    public void Output(string value, string name, ElementType type, params ImmutableArray<Dimension> shape)
    {
        Graph.Nodes.Add(new() { OpType = "Identity", Name = $"output/{name}", Inputs = [value], Outputs = [name] });
        Graph.Outputs.Add(new(name, new(type, shape)));
    }

    /// <summary>Adds a tensor under its own name, unless one of this name is there.</summary>
    public string Initializer(Initializer initializer)
    {
        if (initializers.Add(initializer.Name))
        {
            Graph.Initializers.Add(initializer);
        }

        return initializer.Name;
    }

    /// <summary>A list of integers; equal lists are one tensor.</summary>
    public string Constant(params ReadOnlySpan<long> values)
    {
        var copy = values.ToArray();
        return Constant("i:" + string.Join(",", copy), unique => Onnx.Initializer.Of(unique, copy));
    }

    /// <summary>A scalar; equal ones are one tensor.</summary>
    public string Constant(float value) => Constant(
        "f:" + value.ToString("R", CultureInfo.InvariantCulture), unique => Onnx.Initializer.Scalar(unique, value));

    /// <summary>A node with one output.</summary>
    public string Add(string opType, ImmutableArray<string> inputs, params ImmutableArray<NodeAttribute> attributes) =>
        Add(opType, inputs, 1, attributes)[0];

    /// <summary>A node with several outputs.</summary>
    public ImmutableArray<string> Add(
        string opType, ImmutableArray<string> inputs, int outputCount, ImmutableArray<NodeAttribute> attributes)
    {
        var node = string.Create(CultureInfo.InvariantCulture, $"{opType}_{counter++}");
        ImmutableArray<string> outputs = outputCount == 1
            ? [node]
            : [.. Enumerable.Range(0, outputCount).Select(index => $"{node}.{index}")];
        Graph.Nodes.Add(new()
        {
            OpType = opType,
            Name = node,
            Inputs = inputs,
            Outputs = outputs,
            Attributes = attributes,
        });
        return outputs;
    }

    private string Constant(string key, Func<string, Initializer> create)
    {
        if (!constants.TryGetValue(key, out var constant))
        {
            constant = string.Create(CultureInfo.InvariantCulture, $"const_{constants.Count}");
            constants.Add(key, constant);
            Graph.Initializers.Add(create(constant));
        }

        return constant;
    }
}
