using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Tests;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Engines;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Quantization.Tests.Engines;

public sealed class ContextModelTests(DefaultPackage package) : IClassFixture<DefaultPackage>
{
    private static readonly EngineShapes Shapes = EngineShapes.TryParse("64x48")!;

    private string Network => package.Package.GetPath("noise.onnx");

    [Fact]
    public void Write_FixedSize_IsOneNodeWithTheNetworksInputsAndOutputs()
    {
        var graph = OnnxFile.Parse(
            ContextModel.Write(Network, "noise_1_0_0_sm87.engine", Shapes, TestEngines.Device), "context")
            .Graph;

        var network = package.Graph.Graph;
        var node = Assert.Single(graph.Nodes);
        Assert.Equal(("com.microsoft", "EPContext"), (node.Domain, node.OpType));
        Assert.Equal(network.Inputs.Select(input => input.Name), node.Inputs);
        Assert.Equal(network.Outputs.Select(output => output.Name), node.Outputs);
        Assert.Equal(
            "[1, 48, 64, 3]",
            $"[{string.Join(", ", graph.Inputs.Single(input => input.Name == "frame").Type.Shape!.Value)}]");
        Assert.Empty(graph.Initializers);
        Assert.Equal(
            [
                "ep_cache_context=noise_1_0_0_sm87.engine", "hardware_architecture=87",
                "onnx_model_filename=noise.onnx", "source=TensorrtExecutionProvider",
            ],
            node.Attributes.OfType<StringAttribute>().Select(attribute => $"{attribute.Name}={attribute.Value}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Write_ReadByOnnxRuntime_IsAGraphThatOnlyLacksItsProvider()
    {
        var bytes = ContextModel.Write(Network, "noise.engine", Shapes, TestEngines.Device);

        // The operator's schema has been checked when the want of a kernel is told.
        var exception = Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(bytes));

        Assert.Contains("EPContext", exception.Message, StringComparison.Ordinal);
        Assert.Contains("NotImplemented", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FixedDimensions_InASessionThatOptimisesNothing_AreConstants()
    {
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        foreach (var (name, size) in TensorRtOptions.FixedDimensions(Shapes))
        {
            options.AddFreeDimensionOverrideByName(name, size);
        }

        using var session = new InferenceSession(Network, options);

        // Inferred from the input, through the whole graph.
        Assert.Equal([1, 48, 64, 3], session.InputMetadata["frame"].Dimensions);
        Assert.Equal([48, 64, 3], session.OutputMetadata["restored"].Dimensions[1..]);
    }
}
