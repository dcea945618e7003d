namespace EdgeRestore.Networks.Readings;

/// <summary>Counts what a network costs at the shapes that it is given.</summary>
/// <remarks>
/// MACs are those of convolutions, linear layers and matrix products, attention included, as the
/// field counts them; element-wise work is not counted. Activation bytes are float32 results written by any operator:
/// views are free, and what a run time fuses is counted nonetheless.
/// </remarks>
public sealed class CostReading : ShapeReading
{
    public long Macs { get; private set; }

    public long ActivationBytes { get; private set; }

    /// <summary>The largest single result.</summary>
    public long LargestActivationBytes { get; private set; }

    protected override ShapeValue Produced(long[] sizes, long macs = 0)
    {
        var result = base.Produced(sizes, macs);
        var bytes = sizeof(float) * result.ElementCount;
        Macs += macs;
        ActivationBytes += bytes;
        LargestActivationBytes = Math.Max(LargestActivationBytes, bytes);
        return result;
    }
}
