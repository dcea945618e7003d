using EdgeRestore.Degradations;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Specialisation;

// Of networks whose scores come from prompts by linear layers.
public static partial class StaticWeights
{
    /// <summary>Weights for <see cref="StaticCSNet"/> of the same configuration and form.</summary>
    /// <remarks>
    /// Scores and prompt are computed as the selecting network computes them in float32, sums in the order of the
    /// channels, bias first: sets and biases are then the same to the last bit.
    /// </remarks>
    public static NamedTensors Of(CSNetConfig config, NamedTensors weights, Degradation degradation, StaticForm form)
    {
        var network = new CSNet(config);
        var row = DegradationRow.Of(degradation);
        var prompt = weights[CSNet.PromptTable].Values.AsSpan(row * config.PromptSize, config.PromptSize).ToArray();
        var made = new Dictionary<string, NamedTensor>(StringComparer.Ordinal);
        for (var level = 0; level <= config.Body.EncoderBlocks.Length; level++)
        {
            var name = CSNet.BlockName(level);
            var widths = network.Widths(level);
            var scores = TwoLinear(weights, $"{name}.csl", prompt);
            var set = ChannelSet.Of(new($"{name}.csl", [1, scores.Length], scores), 0, widths.Selected);
            if (form == StaticForm.Folded)
            {
                var (expand, contract) = ($"{name}.ce", $"{name}.cc");
                Fold(weights, (expand, contract, $"{name}.fold"), set, made);
            }
            else
            {
                Put(made, Rows(weights[$"{name}.ce.weight"], set.Channels));
                Put(made, Rows(weights[$"{name}.ce.bias"], set.Channels));
                Put(made, new(
                    $"{name}.gates", [set.Channels.Length, 1, 1], [.. set.Gates.Select(gate => (float)gate)]));
                Put(made, Columns(weights[$"{name}.cc.weight"], set.Channels, null));
            }

            FoldVector(weights, $"{name}.pifm.0", TwoLinear(weights, $"{name}.dgl", prompt), made);
        }

        return Ordered(new StaticCSNet(config, form), weights, made);
    }

    // Two layers without anything between them (SelectionBlock).
    private static float[] TwoLinear(NamedTensors weights, string name, float[] x) =>
        Linear(weights, $"{name}.1", Linear(weights, $"{name}.0", x));

    private static float[] Linear(NamedTensors weights, string name, float[] x)
    {
        var weight = weights[$"{name}.weight"];
        var result = (float[])weights[$"{name}.bias"].Values.Clone();
        Accumulate(weight, x, result);
        return result;
    }

    // The first columns of a layer times a constant are a constant: they go into the bias.
    private static void FoldVector(
        NamedTensors weights, string name, float[] vector, Dictionary<string, NamedTensor> made)
    {
        var weight = weights[$"{name}.weight"];
        var bias = weights[$"{name}.bias"];
        var folded = (float[])bias.Values.Clone();
        Accumulate(weight, vector, folded);
        Put(made, new(bias.Name, bias.Shape, folded));
        Put(made, Columns(weight, [.. Enumerable.Range(vector.Length, (int)weight.Shape[1] - vector.Length)], null));
    }

    // sums[o] += weight[o, i] x[i] for the i of x in order, each step rounded once.
    private static void Accumulate(NamedTensor weight, float[] x, float[] sums)
    {
        var inputs = (int)weight.Shape[1];
        for (var o = 0; o < sums.Length; o++)
        {
            for (var i = 0; i < x.Length; i++)
            {
                sums[o] = MathF.FusedMultiplyAdd(weight.Values[o * inputs + i], x[i], sums[o]);
            }
        }
    }
}
