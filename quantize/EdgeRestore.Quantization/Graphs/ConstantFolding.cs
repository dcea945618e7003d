using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>Constants that stand in nodes become initializers, so that there is one kind of constant.</summary>
internal static class ConstantFolding
{
    public static OnnxFile Apply(OnnxFile source)
    {
        var links = new GraphLinks(source.Graph);
        List<Node> nodes = [];
        List<Initializer> initializers = [.. source.Graph.Initializers];
        foreach (var node in source.Graph.Nodes)
        {
            if (node.Is("Constant")
                && !links.IsOutput(node.Outputs[0])
                && links.Constant(node.Outputs[0]) is { } constant)
            {
                initializers.Add(constant);
            }
            else
            {
                nodes.Add(node);
            }
        }

        return GraphEdit.With(source, nodes, initializers);
    }
}
