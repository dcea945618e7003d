using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Specialisation;

/// <summary>The channels that one degradation selects, ascending, and their gates.</summary>
/// <param name="Channels">Indices, ascending: the order of a set is no part of what is learnt.</param>
/// <param name="Gates">2 sigmoid(logit) per index.</param>
public sealed record ChannelSet(int[] Channels, double[] Gates)
{
    /// <summary>The set that <see cref="IReading{TValue}.TopKGate"/> selects from a row of a table of logits.</summary>
    public static ChannelSet Of(NamedTensor logits, int row, int count)
    {
        var width = (int)logits.Shape[1];
        var values = logits.Values.AsSpan(row * width, width).ToArray();
        if (values.Any(value => !float.IsFinite(value)))
        {
            throw new EdgeRestoreException(
                $"Weight '{logits.Name}' has a logit in row {row} that is NaN or infinite: no set can be selected. "
                + "Training has diverged: go back to an earlier checkpoint.");
        }

        // A stable sort keeps the lower index first among equals.
        int[] channels = [.. Enumerable.Range(0, width).OrderByDescending(index => values[index]).Take(count).Order()];
        return new(channels, [.. channels.Select(index => 2 / (1 + Math.Exp(-values[index])))]);
    }
}
