using System.Collections.Immutable;

namespace EdgeRestore.Onnx;

/// <summary>One operator of a graph.</summary>
public sealed class Node
{
    public required string OpType { get; init; }

    /// <summary>The operator set; empty for ONNX's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Empty, or unique in its graph.</summary>
    public string Name { get; init; } = "";

    /// <summary>Names of values; empty where an optional input is left out.</summary>
    public required ImmutableArray<string> Inputs { get; init; }

    /// <summary>Names of values; empty where an optional output is left out.</summary>
    public required ImmutableArray<string> Outputs { get; init; }

    public ImmutableArray<NodeAttribute> Attributes { get; init; } = [];

    /// <summary>Names of the values that it takes, those that its bodies take included.</summary>
    public IEnumerable<string> UsedValues => Inputs.Where(input => input.Length > 0)
        .Concat(Attributes.OfType<GraphAttribute>().SelectMany(body => UsedBy(body.Value)));

    public override string ToString() =>
        $"{(Domain.Length > 0 ? Domain + "." : "")}{OpType} '{(Name.Length > 0 ? Name : Outputs.FirstOrDefault())}'";

    private static IEnumerable<string> UsedBy(Graph body) =>
        body.Nodes.SelectMany(node => node.UsedValues).Concat(body.Outputs.Select(output => output.Name));
}

/// <summary>A named constant of an operator.</summary>
public abstract record NodeAttribute(string Name);

public sealed record IntAttribute(string Name, long Value) : NodeAttribute(Name);

public sealed record FloatAttribute(string Name, float Value) : NodeAttribute(Name);

public sealed record StringAttribute(string Name, string Value) : NodeAttribute(Name);

public sealed record IntsAttribute(string Name, ImmutableArray<long> Values) : NodeAttribute(Name);

public sealed record FloatsAttribute(string Name, ImmutableArray<float> Values) : NodeAttribute(Name);

public sealed record StringsAttribute(string Name, ImmutableArray<string> Values) : NodeAttribute(Name);

public sealed record TensorAttribute(string Name, Initializer Value) : NodeAttribute(Name);

/// <summary>A body of If, Loop or Scan: it sees the values of the graphs around it.</summary>
public sealed record GraphAttribute(string Name, Graph Value) : NodeAttribute(Name);
