namespace EdgeRestore.Networks.Blocks;

/// <summary>
/// A learned gate per degradation and channel, zero for the channels that the degradation does not select.
/// </summary>
internal static class ChannelGate
{
    // Small against the spread that training gives, large enough that the first sets are not decided by rounding.
    private const double LogitDeviation = 0.1;

    /// <summary>Ends the names of the tables.</summary>
    public const string LogitsSuffix = ".logits";

    /// <returns>(N, channels, 1, 1).</returns>
    public static TValue Build<TValue>(IReading<TValue> r, string name, int channels, int selected, TValue prompt)
        where TValue : class
    {
        var logits = r.Lookup(Logits(r, name, channels), prompt);
        return r.Reshape(r.TopKGate(logits, selected), 0, channels, 1, 1);
    }

    /// <summary>(degradations, channels).</summary>
    public static TValue Logits<TValue>(IReading<TValue> r, string name, int channels)
        where TValue : class => r.Parameter(
            name + LogitsSuffix,
            [DegradationRow.Count, channels],
            Initialization.DegradationRows(LogitDeviation));
}
