using System.Collections.Immutable;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Engines;

/// <summary>
/// A graph of one EPContext node, through which ONNX Runtime loads an engine without the network's own graph.
/// </summary>
/// <remarks>
/// The operator and its attributes: ContribOperators.md of ONNX Runtime 1.29, com.microsoft.EPContext. It holds the
/// whole graph or nothing: https://github.com/microsoft/onnxruntime/pull/23294.
/// </remarks>
internal static class ContextModel
{
    /// <param name="graphPath">The network: its inputs and outputs are this graph's.</param>
    /// <param name="engineFile">Name of the engine, in the folder of this graph.</param>
    /// <param name="shapes">Frames that the engine takes.</param>
    /// <param name="device">Where it was built.</param>
    /// <exception cref="EngineException">The network cannot be read.</exception>
    public static byte[] Write(string graphPath, string engineFile, EngineShapes shapes, DeviceIdentity device)
    {
        try
        {
            var network = OnnxFile.Read(graphPath).Graph;
            var graph = new Graph(network.Name + "_context");
            var sizes = TensorRtOptions.FixedDimensions(shapes);
            foreach (var input in network.Inputs)
            {
                graph.Inputs.Add(Fix(input, sizes));
            }

            foreach (var output in network.Outputs)
            {
                graph.Outputs.Add(Fix(output, sizes));
            }

            graph.Nodes.Add(new Node
            {
                OpType = "EPContext",
                Domain = "com.microsoft",
                Name = "TensorrtExecutionProvider_context",
                Inputs = [.. network.Inputs.Select(input => input.Name)],
                Outputs = [.. network.Outputs.Select(output => output.Name)],
                Attributes =
                [
                    new IntAttribute("main_context", 1),
                    new IntAttribute("embed_mode", 0),
                    new StringAttribute("ep_cache_context", engineFile),
                    new StringAttribute("source", "TensorrtExecutionProvider"),
                    new StringAttribute(
                        "hardware_architecture",
                        (device.ComputeCapability ?? "").Replace(".", "", StringComparison.Ordinal)),
                    new StringAttribute("onnx_model_filename", Path.GetFileName(graphPath)),
                ],
            });
            var file = new OnnxFile(graph);
            file.Opsets["com.microsoft"] = 1;
            return file.ToBytes();
        }
        catch (OnnxException exception)
        {
            throw new EngineException(
                $"'{graphPath}' cannot be read for its context model: {exception.Message}", exception);
        }
    }

    private static ValueDefinition Fix(ValueDefinition value, IReadOnlyDictionary<string, long> sizes) =>
        value.Type.Shape is { } shape
        ? value with { Type = value.Type with { Shape = Fix(shape, sizes) } }
        : value;

    private static ImmutableArray<Dimension> Fix(
        ImmutableArray<Dimension> shape, IReadOnlyDictionary<string, long> sizes) =>
        [.. shape.Select(size => size.Symbol is { } symbol && sizes.TryGetValue(symbol, out var known) ? known : size)];
}
