using System.Collections.Immutable;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>
/// What calibration saw of a convolution's input or output, channel by channel. Merging is exact in any order.
/// </summary>
public sealed class ChannelStatistics
{
    // Means are summed as whole numbers of 2^-24, so that no order of frames changes the last bit of a sum.
    private const int FractionBits = 24;

    // Keeps sums of 32,768 frames within 64 bits. No network that works has such means.
    private const float LargestMean = 1 << 24;

    private readonly float[] _mins;
    private readonly float[] _maxs;
    private readonly long[] _sums;

    public ChannelStatistics(int count)
        : this(
            [.. Enumerable.Repeat(float.PositiveInfinity, count)],
            [.. Enumerable.Repeat(float.NegativeInfinity, count)], new long[count], 0)
    {
    }

    internal ChannelStatistics(float[] mins, float[] maxs, long[] sums, long frameCount)
    {
        (_mins, _maxs, _sums) = (mins, maxs, sums);
        FrameCount = frameCount;
    }

    public int Count => _mins.Length;

    public long FrameCount { get; private set; }

    public ReadOnlySpan<float> Mins => _mins;

    public ReadOnlySpan<float> Maxs => _maxs;

    /// <summary>Mean over pixels and frames, every frame weighing the same.</summary>
    public ImmutableArray<double> Means =>
        [.. _sums.Select(sum => FrameCount == 0 ? 0 : Math.ScaleB(sum, -FractionBits) / FrameCount)];

    internal ReadOnlySpan<long> Sums => _sums;

    /// <summary>Takes one frame's channels.</summary>
    internal void Observe(ReadOnlySpan<TensorScan> scans)
    {
        FrameCount++;
        for (var channel = 0; channel < Count; channel++)
        {
            _mins[channel] = Math.Min(_mins[channel], scans[channel].Min);
            _maxs[channel] = Math.Max(_maxs[channel], scans[channel].Max);
            var mean = Math.Clamp(scans[channel].Mean, -LargestMean, LargestMean);
            _sums[channel] += (long)Math.Round(Math.ScaleB(mean, FractionBits));
        }
    }

    /// <summary>Takes what was seen elsewhere, in other frames.</summary>
    public void Merge(ChannelStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        FrameCount += other.FrameCount;
        for (var channel = 0; channel < Count; channel++)
        {
            _mins[channel] = Math.Min(_mins[channel], other._mins[channel]);
            _maxs[channel] = Math.Max(_maxs[channel], other._maxs[channel]);
            _sums[channel] = _sums[channel] + other._sums[channel];
        }
    }
}
