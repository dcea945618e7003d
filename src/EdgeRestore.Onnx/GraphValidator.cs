namespace EdgeRestore.Onnx;

/// <summary>Checks names, order and types of a graph and of the graphs inside it.</summary>
internal static class GraphValidator
{
    public static IReadOnlyList<string> FindProblems(Graph graph)
    {
        List<string> problems = [];
        Check(graph, new HashSet<string>(StringComparer.Ordinal), problems);
        return problems;
    }

    // 1. what is there before the first node; 2. the nodes in order; 3. what must be there after the last.
    private static void Check(Graph graph, IReadOnlySet<string> outer, List<string> problems)
    {
        var defined = new HashSet<string>(outer, StringComparer.Ordinal);
        var local = new HashSet<string>(StringComparer.Ordinal);
        var inputs = new HashSet<string>(StringComparer.Ordinal);

        // 1. An initializer may stand under the name of an input: then it is the input's default.
        foreach (var input in graph.Inputs)
        {
            Define(input.Name, "input");
            inputs.Add(input.Name);
            CheckType(input, problems);
        }

        var initializers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var initializer in graph.Initializers)
        {
            if (!initializers.Add(initializer.Name))
            {
                problems.Add($"initializer '{initializer.Name}' stands there twice");
            }
            else if (!inputs.Contains(initializer.Name))
            {
                Define(initializer.Name, "initializer");
            }
        }

        // 2.
        var nodeNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            CheckNode(node);
        }

        // 3.
        var outputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in graph.Outputs)
        {
            CheckType(output, problems);
            if (!defined.Contains(output.Name))
            {
                problems.Add($"output '{output.Name}' is made by no node");
            }

            if (!outputs.Add(output.Name))
            {
                problems.Add($"output '{output.Name}' stands there twice");
            }
        }

        if (graph.Outputs.Count == 0)
        {
            problems.Add("it has no output");
        }

        foreach (var value in graph.Values.Where(value => !defined.Contains(value.Name)))
        {
            problems.Add($"'{value.Name}' has a type but is made by no node");
        }

        void Define(string name, string what)
        {
            if (name.Length == 0)
            {
                problems.Add($"{what} without a name");
            }
            else if (!local.Add(name) || !defined.Add(name))
            {
                problems.Add($"{what} '{name}' has a name that is taken");
            }
        }

        void CheckNode(Node node)
        {
            if (node.OpType.Length == 0)
            {
                problems.Add($"node '{node.Name}' has no operator");
            }

            if (node.Name.Length > 0 && !nodeNames.Add(node.Name))
            {
                problems.Add($"node name '{node.Name}' is taken");
            }

            foreach (var input in node.Inputs.Where(input => input.Length > 0 && !defined.Contains(input)))
            {
                problems.Add($"{node} uses '{input}' before it is made");
            }

            var attributes = new HashSet<string>(StringComparer.Ordinal);
            foreach (var attribute in node.Attributes)
            {
                if (!attributes.Add(attribute.Name))
                {
                    problems.Add($"{node} has two attributes '{attribute.Name}'");
                }

                if (attribute is GraphAttribute body)
                {
                    Check(body.Value, defined, problems);
                }
            }

            if (node.Outputs.All(output => output.Length == 0))
            {
                problems.Add($"{node} has no output");
            }

            foreach (var output in node.Outputs.Where(output => output.Length > 0))
            {
                Define(output, $"output of {node}");
            }
        }
    }

    private static void CheckType(ValueDefinition value, List<string> problems)
    {
        if (!Enum.IsDefined(value.Type.ElementType))
        {
            problems.Add($"'{value.Name}' has the unknown element type {(int)value.Type.ElementType}");
        }

        if (value.Type.Shape is { } shape && shape.Any(dimension => dimension.Size < 0))
        {
            problems.Add($"'{value.Name}' has a negative size in {value.Type}");
        }
    }
}
