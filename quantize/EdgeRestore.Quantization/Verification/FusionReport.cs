using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Precision;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Quantization.Verification;

/// <summary>What ONNX Runtime's CPU provider makes of a graph, read from the graph as it optimised it.</summary>
/// <param name="Fused">Convolutions that run in 8 bits.</param>
/// <param name="Float">Convolutions that run in floating point.</param>
/// <param name="Operators">How often each operator stands in the optimised graph.</param>
public sealed record FusionReport(int Fused, int Float, IReadOnlyDictionary<string, int> Operators)
{
    /// <summary>Optimises a graph and counts.</summary>
    /// <exception cref="QuantizationException">ONNX Runtime does not take the graph.</exception>
    public static FusionReport Of(OnnxFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var path = Path.Combine(Path.GetTempPath(), $"edgerestore-{Guid.NewGuid():N}.onnx");
        try
        {
            using var options = new SessionOptions
            {
                // The CPU's own layout of FP32 convolutions comes after this level and would only rename them.
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                IntraOpNumThreads = 1,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
                OptimizedModelFilePath = path,
            };
            using (new InferenceSession(file.ToBytes(), options))
            {
            }

            return Count(OnnxFile.Read(path).Graph);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new QuantizationException(
                $"ONNX Runtime does not take the quantized graph '{file.Graph.Name}', or cannot write what it makes of "
                + $"it to '{path}': {exception.Message} Free space there, or set TMPDIR.",
                exception);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <exception cref="QuantizationException">A convolution that was to run in 8 bits does not.</exception>
    public void RequireFused(int quantized, string graph)
    {
        if (Fused != quantized)
        {
            throw new QuantizationException(
                $"Of {quantized} convolutions of '{graph}' in 8 bits ONNX Runtime fused {Fused}; the others would be "
                + "slower than in FP32. This is a bug of the quantizer or a change of ONNX Runtime: use FP16 or FP32 "
                + "until it is mended.");
        }
    }

    /// <exception cref="QuantizationException">A convolution or a product that was to run in 8 bits does
    /// not.</exception>
    public void RequireFused(QuantizedGraph quantized, string graph)
    {
        ArgumentNullException.ThrowIfNull(quantized);
        RequireFused(quantized.QuantizedConvolutions.Length, graph);
        var products = Operators.GetValueOrDefault("MatMulIntegerToFloat");
        if (products != quantized.QuantizedProducts.Length)
        {
            throw new QuantizationException(
                $"Of {quantized.QuantizedProducts.Length} matrix products of '{graph}' in 8 bits ONNX Runtime fused "
                + $"{products}; the others would be slower than in FP32. This is a bug of the quantizer or a change of "
                + "ONNX Runtime: use FP16 or FP32 until it is mended.");
        }
    }

    private static FusionReport Count(Graph graph)
    {
        var operators = graph.Nodes.GroupBy(node => node.OpType, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        return new(
            operators.GetValueOrDefault("QLinearConv"),
            operators.GetValueOrDefault("Conv") + operators.GetValueOrDefault("FusedConv"),
            operators);
    }
}
