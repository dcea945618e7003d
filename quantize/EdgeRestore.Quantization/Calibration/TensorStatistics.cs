namespace EdgeRestore.Quantization.Calibration;

/// <summary>
/// What calibration saw of one tensor. Merging is exact: any order and division of frames gives the same.
/// </summary>
public sealed class TensorStatistics(string name)
{
    /// <summary>Name of the value in the package's FP32 graph.</summary>
    public string Name { get; } = name;

    public float Min { get; private set; } = float.PositiveInfinity;

    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>SHA-256 of the frame with the value farthest from zero; of several, the first in order.</summary>
    public string PeakFrame { get; private set; } = "";

    /// <summary>Largest magnitude in any frame, and in any other frame than that one.</summary>
    public (float First, float Second) Peaks { get; private set; }

    /// <summary>Most elements that the tensor had in one frame.</summary>
    public long MaxElementCount { get; private set; }

    /// <summary>Counts, or null while only ranges were collected.</summary>
    public TensorHistogram? Histogram { get; internal set; }

    /// <summary>By channel, for inputs and outputs of convolutions; null for other tensors.</summary>
    public ChannelStatistics? Channels { get; internal set; }

    /// <summary>Takes one frame's range.</summary>
    public void Observe(string frame, float min, float max, long elementCount)
    {
        var peak = Math.Max(Math.Abs(min), Math.Abs(max));
        Offer(frame, peak);
        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
        MaxElementCount = Math.Max(MaxElementCount, elementCount);
    }

    /// <summary>Takes what was seen elsewhere, in other frames.</summary>
    public void Merge(TensorStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        MaxElementCount = Math.Max(MaxElementCount, other.MaxElementCount);
        Offer(other.PeakFrame, other.Peaks.First);
        Peaks = (Peaks.First, Math.Max(Peaks.Second, other.Peaks.Second));
        if (other.Histogram is not null)
        {
            (Histogram ??= new TensorHistogram()).Merge(other.Histogram);
        }

        if (other.Channels is not null)
        {
            (Channels ??= new ChannelStatistics(other.Channels.Count)).Merge(other.Channels);
        }
    }

    internal static TensorStatistics Restore(
        string name, (float Min, float Max) range, (string Frame, float First, float Second) peak, long elementCount,
        TensorHistogram? histogram, ChannelStatistics? channels) => new(name)
        {
            Min = range.Min,
            Max = range.Max,
            PeakFrame = peak.Frame,
            Peaks = (peak.First, peak.Second),
            MaxElementCount = elementCount,
            Histogram = histogram,
            Channels = channels,
        };

    private void Offer(string frame, float peak)
    {
        if (frame.Length == 0)
        {
            return;
        }

        var isNew = PeakFrame.Length == 0 || peak > Peaks.First
            || (peak == Peaks.First && string.CompareOrdinal(frame, PeakFrame) < 0);
        Peaks = isNew
            ? (peak, PeakFrame.Length == 0 ? Peaks.Second : Peaks.First)
            : (Peaks.First, Math.Max(Peaks.Second, peak));
        PeakFrame = isNew ? frame : PeakFrame;
    }
}
