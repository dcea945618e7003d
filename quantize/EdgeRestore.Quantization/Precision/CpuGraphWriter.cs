using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Precision;

/// <summary>Writes Q/DQ so that ONNX Runtime's CPU provider fuses every quantized convolution.</summary>
internal sealed class CpuGraphWriter
{
    // x·sigmoid(1.702 x) for x·Φ(x): Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2.
    private const float SigmoidSlope = 1.702f;

    // In levels of the output. Corrections of less were worth under 0.005 dB together on the default package's noise
    // route.
    private const double LeastShift = 0.25;

    private readonly OnnxFile source;
    private readonly GraphLinks links;
    private readonly CpuPlacement placement;
    private readonly QuantizationPlan plan;
    private readonly IReadOnlyDictionary<string, ChannelStatistics>? channels;
    private readonly QdqNodes nodes;

    public CpuGraphWriter(
        OnnxFile source, IReadOnlyDictionary<string, TensorRange> ranges, QuantizationPlan plan,
        IReadOnlyDictionary<string, ChannelStatistics>? channels)
    {
        (this.plan, this.channels) = (plan, channels);
        this.source = Simplification.ForCpu(ConstantFolding.Apply(source));
        links = new GraphLinks(this.source.Graph);
        placement = new CpuPlacement(this.source.Graph, links, ranges, plan, channels);
        nodes = new QdqNodes(this.source.Graph.Initializers);
    }

    public QuantizedGraph Write()
    {
        foreach (var input in source.Graph.Inputs)
        {
            WriteQuantized(input.Name);
        }

        var inGelu = placement.Gelus.Values
            .SelectMany(gelu => gelu.Nodes.Where(node => node.Outputs[0] != gelu.Output)).ToHashSet();
        foreach (var node in source.Graph.Nodes)
        {
            if (placement.Absorbed.Contains(node) || inGelu.Contains(node))
            {
                continue;
            }

            if (placement.Choice.Quantized.Contains(node))
            {
                WriteConvolution(node);
            }
            else if (placement.Products.TryGetValue(node, out var product))
            {
                WriteProduct(product);
            }
            else if (placement.Gelus.TryGetValue(node.Outputs[0], out var gelu))
            {
                WriteGelu(gelu);
            }
            else
            {
                WriteOther(node);
            }
        }

        var file = GraphEdit.With(source, nodes.Nodes, nodes.Initializers);
        if (nodes.UsesContributed)
        {
            file.Opsets["com.microsoft"] = 1;
        }

        return new(
            Compaction.Apply(file),
            [.. source.Graph.Nodes.Where(placement.Choice.Quantized.Contains).Select(Nodes.KeyOf)],
            placement.Choice.Kept)
        {
            QuantizedProducts = [.. placement.Products.Keys.Select(Nodes.KeyOf)],
        };
    }

    // ONNX Runtime's own operator, which gives floats, so that its output's range plays no part. Written as such:
    // MatMul and a sum behind it would become Gemm before 8 bits are looked for (1.29).
    private void WriteProduct(ConstantProduct product)
    {
        var node = product.Node;
        var input = node.Inputs[0];
        var name = Nodes.KeyOf(node);
        var (values, scales) = product.Quantize();
        var isBiasInside = product.Bias is { } bias
            && links.Constant(bias)?.Shape is [var length]
            && length == product.Outputs;
        var output = product.Bias is null || isBiasInside ? node.Outputs[0] : $"{node.Outputs[0]}_product";
        nodes.Product(
            name, (input, placement.Parameters[input]), ([product.Inputs, product.Outputs], values, scales),
            isBiasInside ? product.Bias : null,
            output);
        if (output != node.Outputs[0])
        {
            nodes.Add(new()
            {
                OpType = "Add",
                Name = $"{name}_bias",
                Inputs = [output, product.Bias!],
                Outputs = [node.Outputs[0]],
            });
        }

        WriteQuantized(node.Outputs[0]);
    }

    private void WriteConvolution(Node node)
    {
        var name = Nodes.KeyOf(node);
        var input = placement.Parameters[node.Inputs[0]];
        var weight = links.Constant(node.Inputs[1])!;
        var bias = node.Inputs.Length > 2 && node.Inputs[2].Length > 0 ? links.Constant(node.Inputs[2]) : null;
        var output =
            placement.Absorbed.FirstOrDefault(activation => activation.Inputs[0] == node.Outputs[0])?.Outputs[0]
            ?? node.Outputs[0];

        // A stretched output is made by stretched weights; a depthwise convolution takes its input's stretch back.
        var stretch = placement.Equalized.GetValueOrDefault(output);
        var taken = placement.Equalized.GetValueOrDefault(node.Inputs[0]);
        var factors = stretch is null && taken is null ? null : Enumerable.Range(0, (int)weight.Shape[0])
            .Select(channel => (taken?[channel] ?? 1) / (stretch?[channel] ?? 1)).ToArray();
        var offsets = CorrectedBias(node, weight, bias?.ToFloats() ?? [], output, stretch);
        if (stretch is not null)
        {
            offsets = [.. offsets.Select((offset, channel) => offset / stretch[channel])];
        }

        var constants = QuantizedWeights.Of(
            weight.ToFloats(), (int)weight.Shape[0], offsets, input.Scale, factors: factors);
        List<string> inputs = [Dequantized(node.Inputs[0]), nodes.Weight(node.Inputs[1], weight.Shape, constants)];
        if (offsets.Length > 0)
        {
            inputs.Add(plan.StoresBiasesInInt32
                ? nodes.Bias(name, offsets, [.. constants.Scales.Select(scale => scale * input.Scale)])
                : nodes.Bias(name, offsets));
        }

        nodes.Add(new()
        {
            OpType = "Conv",
            Name = name,
            Inputs = [.. inputs],
            Outputs = [output],
            Attributes = node.Attributes,
        });
        WriteQuantized(output);
    }

    private float[] CorrectedBias(Node node, Initializer weight, float[] bias, string value, float[]? stretch)
    {
        if (!plan.CorrectsBias || channels is null || !channels.TryGetValue(node.Inputs[0], out var seen))
        {
            return bias;
        }

        var (values, outputs) = (weight.ToFloats(), (int)weight.Shape[0]);
        var rounded = QuantizedWeights.Of(values, outputs, [], 1);
        var errors = BiasCorrection.MeanErrors(
            values, (output, index) => rounded.Values[index] * rounded.Scales[output], outputs,
            (int)node.Int("group", 1),
            (int)(weight.Shape[2] * weight.Shape[3]), seen.Means);

        // A bias takes bytes that graphs no longer share.
        var level = placement.Parameters[value].Scale;
        if (!errors.Where((error, output) => Math.Abs(error) > LeastShift * level * (stretch?[output] ?? 1)).Any())
        {
            return bias;
        }

        return [.. errors.Select((error, output) => (float)((bias.Length > 0 ? bias[output] : 0) - error))];
    }

    private void WriteGelu(GeluPattern gelu)
    {
        var (x, y) = (gelu.Input, gelu.Output);
        if (!placement.MadeQuantized.Contains(y))
        {
            nodes.AddContributed(new()
            {
                OpType = "Gelu",
                Domain = "com.microsoft",
                Name = y,
                Inputs = [FloatOf(x)],
                Outputs = [y],
            });
            WriteQuantized(y);
            return;
        }

        // The slope goes into the scale with which the same 8 bits are read.
        var parameters = placement.Parameters[x];
        var steep = parameters with { Scale = parameters.Scale * SigmoidSlope };
        var sigmoid = $"{y}_sigmoid";
        nodes.Add(new()
        {
            OpType = "Sigmoid",
            Name = sigmoid,
            Inputs = [nodes.Dequantize(QdqNodes.QuantizedName(x), $"{y}_slope", steep)],
            Outputs = [sigmoid],
        });
        nodes.Quantize(sigmoid, AffineParameters.Of(0, 1, ElementType.UInt8, symmetric: false));
        nodes.Add(new()
        {
            OpType = "Mul",
            Name = y,
            Inputs = [Dequantized(x), QdqNodes.DequantizedName(sigmoid)],
            Outputs = [y],
        });
        WriteQuantized(y);
    }

    private void WriteOther(Node node)
    {
        var isQuantized = placement.Quantized.Contains(node);
        nodes.Add(node.WithInputs(
        [
            .. node.Inputs.Select(input => !placement.Parameters.ContainsKey(input) ? input
                : isQuantized ? Dequantized(input)
                : placement.MadeQuantized.Contains(input) ? FloatOf(input)
                : input),
        ]));
        foreach (var output in node.Outputs)
        {
            WriteQuantized(output);
        }
    }

    private void WriteQuantized(string value)
    {
        if (placement.Parameters.TryGetValue(value, out var parameters))
        {
            nodes.Quantize(value, parameters);
        }
    }

    private static string Dequantized(string value) => QdqNodes.DequantizedName(value);

    private string FloatOf(string value) => placement.Equalized.TryGetValue(value, out var stretch)
        ? nodes.DequantizePerChannel(value, placement.Parameters[value], stretch)
        : placement.FloatProducts.TryGetValue(value, out var channels)
            ? nodes.DequantizePerChannel(value, placement.Parameters[value], [.. Enumerable.Repeat(1f, channels)])
            : Dequantized(value);
}
