using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>x·Φ(x) as exporters write it: one operator, or Erf with what stands around it.</summary>
internal sealed record GeluPattern(string Input, string Output, ImmutableArray<Node> Nodes)
{
    // Exporters round the square root of two in different ways.
    private const float Tolerance = 1e-3f;

    public static IEnumerable<GeluPattern> FindAll(Graph graph, GraphLinks links)
    {
        foreach (var node in graph.Nodes)
        {
            if (node.Is("Gelu")
                && !node.Attributes.OfType<StringAttribute>().Any(a => a is { Name: "approximate", Value: not "none" }))
            {
                yield return new(node.Inputs[0], node.Outputs[0], [node]);
            }
            else if (node.Is("Erf") && Around(node, links) is { } pattern)
            {
                yield return pattern;
            }
        }
    }

    // erf(x/√2) + 1, times x, times a half: the half first or last.
    private static GeluPattern? Around(Node erf, GraphLinks links)
    {
        if (links.Producer(erf.Inputs[0]) is not { } scaling || ScaledInput(scaling, links) is not { } x
            || Only(erf, links) is not { } sum || !sum.Is("Add") || !HasScalar(sum, 1, links)
            || Only(sum, links) is not { } product || !product.Is("Mul")
            || links.Consumers(scaling.Outputs[0]).Count != 1)
        {
            return null;
        }

        var other = product.Inputs.First(input => input != sum.Outputs[0]);
        if (other == x && Only(product, links) is { } half && half.Is("Mul") && HasScalar(half, 0.5f, links))
        {
            return new(x, half.Outputs[0], [scaling, erf, sum, product, half]);
        }

        return links.Producer(other) is { } first && first.Is("Mul") && first.Inputs.Contains(x)
            && HasScalar(first, 0.5f, links) && links.Consumers(other).Count == 1
            ? new(x, product.Outputs[0], [scaling, erf, sum, first, product])
            : null;
    }

    private static string? ScaledInput(Node node, GraphLinks links)
    {
        if (node.Is("Div") && IsNear(links.Scalar(node.Inputs[1]), MathF.Sqrt(2)))
        {
            return node.Inputs[0];
        }

        return node.Is("Mul") && HasScalar(node, MathF.Sqrt(0.5f), links)
            ? node.Inputs.First(input => links.Scalar(input) is null)
            : null;
    }

    private static Node? Only(Node node, GraphLinks links) =>
        !links.IsOutput(node.Outputs[0]) && links.Consumers(node.Outputs[0]) is [var only] ? only : null;

    private static bool HasScalar(Node node, float value, GraphLinks links) =>
        node.Inputs.Any(input => IsNear(links.Scalar(input), value));

    private static bool IsNear(float? value, float wanted) =>
        value is { } found && MathF.Abs(found - wanted) < Tolerance;
}
