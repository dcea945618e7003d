namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// A learned gate per degradation and channel, zero for the channels that the degradation does not select.
/// </summary>
internal static class ChannelGate
{
    // Small against the spread that training gives, large enough that the first sets are not decided by rounding.
    private const double LogitDeviation = 0.1;

    /// <returns>(N, channels, 1, 1).</returns>
    public static TValue Build<TValue>(IReading<TValue> r, string name, int channels, int selected, TValue prompt)
        where TValue : class
    {
        var logits = r.Parameter(
            $"{name}.logits", [DegradationRow.Count, channels], Initialization.DegradationRows(LogitDeviation));
        return r.Reshape(r.TopKGate(r.Lookup(logits, prompt), selected), 0, channels, 1, 1);
    }
}
