namespace EdgeRestore.Onnx;

/// <summary>An ONNX graph: nodes in an order in which every value is made before it is used.</summary>
public sealed class Graph(string name)
{
    public string Name { get; } = name;

    public IList<ValueDefinition> Inputs { get; } = [];

    public IList<ValueDefinition> Outputs { get; } = [];

    public IList<Initializer> Initializers { get; } = [];

    public IList<Node> Nodes { get; } = [];

    /// <summary>Types of inner values, where they are known; a run time infers the others.</summary>
    public IList<ValueDefinition> Values { get; } = [];

    /// <summary>Says everything that does not hold together, or nothing.</summary>
    public IReadOnlyList<string> FindProblems() => GraphValidator.FindProblems(this);

    /// <exception cref="OnnxException">Something does not hold together.</exception>
    public void Validate()
    {
        var problems = FindProblems();
        if (problems.Count > 0)
        {
            throw new OnnxException(
                $"ONNX graph '{Name}' is not valid ({problems.Count}): {string.Join("; ", problems.Take(5))}"
                + (problems.Count > 5 ? "; ..." : "."));
        }
    }
}
