using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Quantization.Tests;

/// <summary>Ranges of every float value of a small graph, from one run with all of them as outputs.</summary>
internal static class ProbedRanges
{
    public static Dictionary<string, TensorRange> Of(OnnxFile file, IReadOnlyCollection<NamedOnnxValue> inputs)
    {
        var types = ValueTypes.Infer(file.Graph);
        var graph = GraphEdit.With(file, file.Graph.Nodes, file.Graph.Initializers).Graph;
        var known = graph.Outputs.Select(output => output.Name).ToHashSet();
        foreach (var value in graph.Nodes.SelectMany(node => node.Outputs)
            .Where(value => types.GetValueOrDefault(value) == ElementType.Float && !known.Contains(value)))
        {
            graph.Outputs.Add(new(value, new(ElementType.Float, null)));
        }

        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(file.WithGraph(graph).ToBytes(), options);
        using var results = session.Run(inputs);
        return results
            .Where(result => result.ElementType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float)
            .Select(result => (result.Name, Values: result.AsEnumerable<float>().ToArray()))
            .Where(result => result.Values.Length > 0)
            .ToDictionary(
                result => result.Name,
                result => new TensorRange(result.Values.Min(), result.Values.Max()),
                StringComparer.Ordinal);
    }
}
