using EdgeRestore.Degradations;
using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Specialisation;

/// <summary>Cuts the weights of one degradation out of a network that selects channels.</summary>
/// <remarks>
/// Selecting rows commutes with everything that works per channel between expansion and contraction (depthwise
/// convolution, GELU, gate), so rows and columns are sliced; gates are folded into the columns behind them, and what is
/// linear from end to end into one matrix. Products are taken in double and rounded once.
/// </remarks>
public static partial class StaticWeights
{
    private const string FeedForwardLogits = ".ffn.gate.logits";

    /// <summary>Weights for <see cref="StaticEdgeNetwork"/> of the same configuration.</summary>
    public static NamedTensors Of(EdgeNetworkConfig config, NamedTensors weights, Degradation degradation)
    {
        var row = DegradationRow.Of(degradation);
        var network = new EdgeNetwork(config);
        var made = new Dictionary<string, NamedTensor>(StringComparer.Ordinal);
        foreach (var logits in ShapeReading.Of(network).Parameters.Where(
            parameter => parameter.Name.EndsWith(FeedForwardLogits, StringComparison.Ordinal)))
        {
            var selected = ChannelSelection.Count((int)logits.Shape[1], config.Selection!.FeedForwardKept);
            var set = ChannelSet.Of(weights[logits.Name], row, selected);
            FeedForward(weights, logits.Name[..^FeedForwardLogits.Length], set, made);
        }

        for (var level = 0; level < config.EncoderBlocks.Length && config.Selection is { Skips: true }; level++)
        {
            Skip(weights, EdgeNetwork.SkipName(level), row, network.SelectedInSkip(level), made);
        }

        return Ordered(new StaticEdgeNetwork(config), weights, made);
    }

    // The static definition says which weights there are and in which order; what was not made anew is shared.
    private static NamedTensors Ordered(
        RestorationNetwork network, NamedTensors weights, IReadOnlyDictionary<string, NamedTensor> made)
    {
        var result = new NamedTensors();
        foreach (var parameter in ShapeReading.Of(network).Parameters)
        {
            result.Add(made.GetValueOrDefault(parameter.Name) ?? weights[parameter.Name]);
        }

        return result;
    }

    private static void FeedForward(
        NamedTensors weights, string name, ChannelSet set, Dictionary<string, NamedTensor> made)
    {
        var projectIn = weights[$"{name}.ffn.project_in.weight"];
        var hidden = (int)projectIn.Shape[0] / 2;
        int[] both = [.. set.Channels, .. set.Channels.Select(channel => hidden + channel)];
        Put(made, Rows(projectIn, both));
        Put(made, Rows(weights[$"{name}.ffn.dwconv.weight"], both));
        Put(made, Columns(weights[$"{name}.ffn.project_out.weight"], set.Channels, set.Gates));
    }

    private static void Skip(
        NamedTensors weights, string name, int row, int? selected, Dictionary<string, NamedTensor> made)
    {
        if (selected is { } count)
        {
            var set = ChannelSet.Of(weights[$"{name}.gate.logits"], row, count);
            Fold(weights, ($"{name}.expand", $"{name}.contract", $"{name}.fold"), set, made);
        }
        else
        {
            var offset = Row(weights[$"{name}.fold.offsets"], row);
            var matrix = Row(weights[$"{name}.fold.matrices"], row);
            Put(made, new($"{name}.fold.weight", [offset.Length, offset.Length, 1, 1], matrix));
            Put(made, new($"{name}.fold.bias", [offset.Length], offset));
        }

        FoldPrompt(weights, name, row, made);
    }

    private static float[] Row(NamedTensor table, int row)
    {
        var width = (int)table.Shape[1];
        return table.Values.AsSpan(row * width, width).ToArray();
    }

    // Expansion, selection, gates and contraction, 1x1 convolutions all, as one of them.
    private static void Fold(
        NamedTensors weights,
        (string Expand, string Contract, string Result) names,
        ChannelSet set,
        Dictionary<string, NamedTensor> made)
    {
        var expand = weights[$"{names.Expand}.weight"];
        var expandBias = weights[$"{names.Expand}.bias"].Values;
        var contract = weights[$"{names.Contract}.weight"];
        var bias = weights[$"{names.Contract}.bias"].Values;
        var channels = (int)contract.Shape[0];
        var expanded = (int)contract.Shape[1];
        var matrix = new float[channels * channels];
        var offset = new float[channels];
        var line = new double[channels];
        for (var o = 0; o < channels; o++)
        {
            Array.Clear(line);
            double constant = bias[o];
            for (var slot = 0; slot < set.Channels.Length; slot++)
            {
                var middle = set.Channels[slot];
                var factor = contract.Values[o * expanded + middle] * set.Gates[slot];
                constant += factor * expandBias[middle];
                for (var i = 0; i < channels; i++)
                {
                    line[i] += factor * expand.Values[middle * channels + i];
                }
            }

            offset[o] = (float)constant;
            for (var i = 0; i < channels; i++)
            {
                matrix[o * channels + i] = (float)line[i];
            }
        }

        Put(made, new($"{names.Result}.weight", [channels, channels, 1, 1], matrix));
        Put(made, new($"{names.Result}.bias", [channels], offset));
    }

    // The prompt's columns of the emphasis layer times the prompt are a constant: they go into the bias.
    private static void FoldPrompt(NamedTensors weights, string name, int row, Dictionary<string, NamedTensor> made)
    {
        var prompts = weights[$"{name}.prompts"];
        var weight = weights[$"{name}.emphasis.0.weight"];
        var bias = weights[$"{name}.emphasis.0.bias"];
        var width = (int)prompts.Shape[1];
        var inputs = (int)weight.Shape[1];
        var prompt = prompts.Values.AsSpan(row * width, width);
        var folded = new float[bias.Values.Length];
        for (var o = 0; o < folded.Length; o++)
        {
            double sum = bias.Values[o];
            for (var i = 0; i < width; i++)
            {
                sum += (double)weight.Values[o * inputs + i] * prompt[i];
            }

            folded[o] = (float)sum;
        }

        Put(made, new(bias.Name, bias.Shape, folded));
        Put(made, Columns(weight, [.. Enumerable.Range(width, inputs - width)], null));
    }

    private static NamedTensor Rows(NamedTensor tensor, int[] rows)
    {
        var size = tensor.Values.Length / (int)tensor.Shape[0];
        var values = new float[rows.Length * size];
        for (var index = 0; index < rows.Length; index++)
        {
            tensor.Values.AsSpan(rows[index] * size, size).CopyTo(values.AsSpan(index * size));
        }

        return new(tensor.Name, [rows.Length, .. tensor.Shape[1..]], values);
    }

    // Of a matrix (rows, columns), or of a 1x1 kernel (rows, columns, 1, 1).
    private static NamedTensor Columns(NamedTensor tensor, int[] columns, double[]? factors)
    {
        var width = (int)tensor.Shape[1];
        var rows = (int)tensor.Shape[0];
        var values = new float[rows * columns.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var index = 0; index < columns.Length; index++)
            {
                values[row * columns.Length + index] =
                    (float)(tensor.Values[row * width + columns[index]] * (factors?[index] ?? 1));
            }
        }

        return new(tensor.Name, [rows, columns.Length, .. tensor.Shape[2..]], values);
    }

    private static void Put(Dictionary<string, NamedTensor> made, NamedTensor tensor) => made.Add(tensor.Name, tensor);
}
