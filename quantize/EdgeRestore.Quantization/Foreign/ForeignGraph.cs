using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Graphs;
using EdgeRestore.Quantization.Precision;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Quantization.Foreign;

/// <summary>
/// A graph that somebody else exported, in the form that is quantized: one float image in, constants folded.
/// </summary>
public sealed class ForeignGraph
{
    private const long LeastOpset = 11;
    private const long GreatestOpset = 20;

    private ForeignGraph(OnnxFile file, long sourceOpset, int channels, long? height, long? width) =>
        (File, SourceOpset, Channels, Height, Width) = (file, sourceOpset, channels, height, width);

    /// <summary>In FP32; its input and outputs are those of the file that was read.</summary>
    public OnnxFile File { get; }

    /// <summary>Of the file that was read.</summary>
    public long SourceOpset { get; }

    /// <summary>Of the input (N, channels, height, width).</summary>
    public int Channels { get; }

    /// <summary>Fixed by the graph, or null where any fits.</summary>
    public long? Height { get; }

    /// <summary>Fixed by the graph, or null where any fits.</summary>
    public long? Width { get; }

    /// <summary>
    /// (1) Reads a file, (2) refuses by name what cannot be kept exact, (3) lets ONNX Runtime fold constants and batch
    /// norms (its basic level, which only writes ONNX's own operators), (4) writes it in opset 13 where it was older,
    /// the first that knows a scale per channel.
    /// </summary>
    /// <exception cref="EdgeRestoreException">Not ONNX, or of a kind that is not quantized; the message names the
    /// node.</exception>
    public static ForeignGraph Read(string path)
    {
        // 1
        var read = OnnxFile.Read(path);

        // 2
        RequireOperators(path, read);
        RequirePrecision(path, read);
        var image = RequireImage(path, read.Graph);
        var shape = image.Type.Shape!.Value;

        // 3 and 4
        var folded = OpsetUpgrade.ToPerChannel(ConstantFolding.Apply(Fold(path)));
        var input = folded.Graph.Inputs.Single(value => value.Name == image.Name);
        if (folded.Graph.Inputs.Count > 1)
        {
            // Inputs with a default are constants: nobody but the exporter ever fills them.
            folded.Graph.Inputs.Clear();
            folded.Graph.Inputs.Add(input);
        }

        RequireConvolutions(path, folded.Graph);
        QuantizedGraph.RequireFloat(folded);
        return new(folded, read.Opsets[""], (int)shape[1].Size!.Value, shape[2].Size, shape[3].Size);
    }

    private static void RequireOperators(string path, OnnxFile file)
    {
        if (file.Opsets[""] is < LeastOpset or > GreatestOpset)
        {
            throw new QuantizationException(
                $"'{path}' cannot be quantized: it is of opset {file.Opsets[""]}, allowed are {LeastOpset} to "
                + $"{GreatestOpset}. Export it again, with opset_version=17 in torch.onnx.export.");
        }

        foreach (var node in file.Graph.Nodes)
        {
            if (node.Attributes.Any(attribute => attribute is GraphAttribute))
            {
                throw new QuantizationException(
                    $"'{path}' cannot be quantized: {node} has a body of its own, and what it does depends on the "
                    + "image. Allowed are operators without control flow: export it with the size fixed, or by tracing "
                    + "instead of scripting.");
            }

            if (node.Domain is not ("" or "com.microsoft"))
            {
                throw new QuantizationException(
                    $"'{path}' cannot be quantized: {node} is of the domain '{node.Domain}', which nobody here knows. "
                    + "Allowed are operators of ONNX itself and of ONNX Runtime (com.microsoft): export it without "
                    + "this operator.");
            }
        }
    }

    private static void RequirePrecision(string path, OnnxFile file)
    {
        if (file.Graph.Initializers.FirstOrDefault(constant =>
            constant.Type is ElementType.Float16 or ElementType.BFloat16 or ElementType.Double) is { } constant)
        {
            throw new QuantizationException(
                $"'{path}' cannot be quantized: its constant '{constant.Name}' is of {constant.Type}. Allowed is a "
                + "graph in float32, from which every precision is made: take the file that it was converted from.");
        }
    }

    private static ValueDefinition RequireImage(string path, Graph graph)
    {
        var constants = graph.Initializers.Select(constant => constant.Name).ToHashSet(StringComparer.Ordinal);
        var inputs = graph.Inputs.Where(input => !constants.Contains(input.Name)).ToList();
        return inputs is [{ Type: { ElementType: ElementType.Float, Shape: [_, { Size: 1 or 3 }, _, _] } } only]
            ? only
            : throw new QuantizationException(
                $"'{path}' cannot be quantized: its inputs are "
                + $"{string.Join(", ", inputs.Select(input => $"'{input.Name}' {input.Type}"))}. Allowed is one image, "
                + "float (N, channels, height, width) with 1 or 3 channels: export it with that input alone, the "
                + "others as constants.");
    }

    private static void RequireConvolutions(string path, Graph graph)
    {
        if (!graph.Nodes.Any(node => node.Is("Conv")))
        {
            var most = graph.Nodes.CountBy(node => node.OpType).OrderByDescending(count => count.Value).Take(3)
                .Select(count => $"{count.Value} {count.Key}");
            throw new QuantizationException(
                $"'{path}' cannot be quantized: found no Conv among its {graph.Nodes.Count} operators "
                + $"({string.Join(", ", most)}). Allowed are convolutional networks; nothing else is computed in 8 "
                + "bits or FP16 here.");
        }
    }

    private static OnnxFile Fold(string path)
    {
        var folded = Path.Combine(Path.GetTempPath(), $"edgerestore-{Guid.NewGuid():N}.onnx");
        try
        {
            using var options = new SessionOptions
            {
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC,
                IntraOpNumThreads = 1,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
                OptimizedModelFilePath = folded,
            };

            // It would rename weights, whose names tell which convolutions belong together.
            options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "ConstantSharing");
            using (new InferenceSession(path, options))
            {
            }

            var file = OnnxFile.Read(folded);
            var used = file.Graph.Nodes.Select(node => node.Domain).Append("").ToHashSet(StringComparer.Ordinal);
            foreach (var domain in file.Opsets.Keys.Where(domain => !used.Contains(domain)).ToList())
            {
                file.Opsets.Remove(domain);
            }

            return file;
        }
        catch (OnnxRuntimeException exception)
        {
            throw new QuantizationException($"ONNX Runtime does not take '{path}': {exception.Message}", exception);
        }
        finally
        {
            System.IO.File.Delete(folded);
        }
    }
}
