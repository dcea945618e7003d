using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Tests.Graphs;

internal static class GraphTypes
{
    public static IReadOnlyDictionary<string, ElementType> Of(Graph graph) => ValueTypes.Infer(graph);
}
