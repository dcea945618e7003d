using System.Diagnostics;
using System.Numerics;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>How often a tensor took which values: 2048 bins on each side of zero.</summary>
/// <remarks>
/// The grid ends at a power of two above every value and doubles when one lies beyond, which joins bins in pairs and
/// moves no value across an edge. So the counts depend on the values alone, not on their order, on how they were
/// divided between threads or files, or on where the grid began. Not thread-safe.
/// </remarks>
public sealed class TensorHistogram
{
    public const int BinsPerSide = 2048;

    // 2^-100 is zero to any network, and its inverse is still finite.
    internal const int MinExponent = -100;

    // Sets of counters: neighbours are often equal, and a counter must not wait for its own last value.
    private const int Lanes = 4;

    // Values whose bins are found, and then counted while they are still in the nearest cache.
    private const int BlockLength = 1024;

    // Counters of 32 bits are emptied before they can overflow.
    private const long MostInLanes = 1L << 30;

    private readonly long[] _counts = new long[2 * BinsPerSide];
    private readonly int[] _lanes = new int[Lanes * 2 * BinsPerSide];

    public TensorHistogram()
    {
    }

    internal TensorHistogram(int exponent, ReadOnlySpan<long> counts)
    {
        Exponent = exponent;
        counts.CopyTo(_counts);
        foreach (var count in counts)
        {
            Total += count;
        }
    }

    /// <summary>The grid spans -2^Exponent to 2^Exponent, both ends excluded.</summary>
    public int Exponent { get; private set; } = MinExponent;

    /// <summary>Values that were counted.</summary>
    public long Total { get; private set; }

    /// <summary>
    /// Counts from the most negative bin to the most positive one; bin i begins at <see cref="EdgeOf"/>(i).
    /// </summary>
    public ReadOnlySpan<long> Counts => _counts;

    public double BinWidth => Math.ScaleB(1.0, Exponent) / BinsPerSide;

    /// <summary>Lower edge of a bin; of bin 2 x 2048, the grid's end.</summary>
    public double EdgeOf(int bin) => (bin - BinsPerSide) * BinWidth;

    /// <summary>Counts values.</summary>
    /// <param name="values">All finite.</param>
    public void Add(ReadOnlySpan<float> values) => Add(values, LargestMagnitude(values));

    /// <summary>Counts values of which the largest magnitude is known.</summary>
    /// <param name="values">All finite.</param>
    /// <param name="largestMagnitude">Of them, or more.</param>
    internal void Add(ReadOnlySpan<float> values, float largestMagnitude)
    {
        if (values.IsEmpty)
        {
            return;
        }

        Widen(ExponentOf(largestMagnitude));
        Span<int> bins = stackalloc int[BlockLength];
        var inLanes = 0L;
        while (values.Length > 0)
        {
            var block = values[..Math.Min(values.Length, BlockLength)];
            if (inLanes > MostInLanes)
            {
                EmptyLanes();
                inLanes = 0;
            }

            FindBins(block, bins);
            Count(bins[..block.Length]);
            Total += block.Length;
            inLanes += block.Length;
            values = values[block.Length..];
        }

        EmptyLanes();
    }

    /// <summary>Adds what another histogram counted; the result is that of counting both's values.</summary>
    public void Merge(TensorHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Widen(other.Exponent);
        var shift = Exponent - other.Exponent;
        for (var bin = 0; bin < other._counts.Length; bin++)
        {
            if (other._counts[bin] != 0)
            {
                _counts[Coarsen(bin, shift)] += other._counts[bin];
            }
        }

        Total += other.Total;
    }

    /// <summary>The least exponent whose power of two is more than a magnitude.</summary>
    internal static int ExponentOf(float magnitude)
    {
        Debug.Assert(float.IsFinite(magnitude), "Values that are not finite are found before they are counted.");
        return magnitude == 0 ? MinExponent : Math.Max(MinExponent, Math.ILogB(magnitude) + 1);
    }

    // Arithmetic shift rounds towards minus infinity, as the edges do.
    private static int Coarsen(int bin, int shift) => ((bin - BinsPerSide) >> Math.Min(shift, 31)) + BinsPerSide;

    private static float LargestMagnitude(ReadOnlySpan<float> values)
    {
        var largest = Vector<float>.Zero;
        var index = 0;
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            largest = Vector.Max(largest, Vector.Abs(new Vector<float>(values[index..])));
        }

        var result = 0f;
        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            result = Math.Max(result, largest[lane]);
        }

        for (; index < values.Length; index++)
        {
            result = Math.Max(result, Math.Abs(values[index]));
        }

        return result;
    }

    private void Widen(int exponent)
    {
        if (exponent <= Exponent)
        {
            return;
        }

        if (Total > 0)
        {
            var shift = exponent - Exponent;
            var old = _counts.ToArray();
            Array.Clear(_counts);
            for (var bin = 0; bin < old.Length; bin++)
            {
                _counts[Coarsen(bin, shift)] += old[bin];
            }
        }

        Exponent = exponent;
    }

    private void FindBins(ReadOnlySpan<float> values, Span<int> bins)
    {
        // A power of two: the product is exact, so every machine finds the same bin.
        var scale = (float)Math.ScaleB(BinsPerSide, -Exponent);
        var vectorScale = new Vector<float>(scale);
        var (offset, last) = (new Vector<int>(BinsPerSide), new Vector<int>((2 * BinsPerSide) - 1));
        var index = 0;
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            var scaled = Vector.Floor(new Vector<float>(values[index..]) * vectorScale);
            var found = Vector.ConvertToInt32(scaled) + offset;

            // Finite values lie within; others must not lead out of the counters.
            Vector.Min(Vector.Max(found, Vector<int>.Zero), last).CopyTo(bins[index..]);
        }

        for (; index < values.Length; index++)
        {
            bins[index] = Math.Clamp((int)MathF.Floor(values[index] * scale) + BinsPerSide, 0, (2 * BinsPerSide) - 1);
        }
    }

    private void Count(ReadOnlySpan<int> bins)
    {
        const int LaneLength = 2 * BinsPerSide;
        var one = _lanes.AsSpan(0, LaneLength);
        var two = _lanes.AsSpan(LaneLength, LaneLength);
        var three = _lanes.AsSpan(2 * LaneLength, LaneLength);
        var four = _lanes.AsSpan(3 * LaneLength, LaneLength);
        while (bins.Length >= Lanes)
        {
            one[bins[0]]++;
            two[bins[1]]++;
            three[bins[2]]++;
            four[bins[3]]++;
            bins = bins[Lanes..];
        }

        foreach (var bin in bins)
        {
            one[bin]++;
        }
    }

    private void EmptyLanes()
    {
        var lanes = _lanes;
        for (var bin = 0; bin < _counts.Length; bin++)
        {
            for (var lane = bin; lane < lanes.Length; lane += _counts.Length)
            {
                _counts[bin] += lanes[lane];
            }
        }

        Array.Clear(lanes);
    }
}
