namespace EdgeRestore.Quantization.Calibration;

/// <summary>A tensor's range out of what was seen of it. Pure arithmetic in double: the same everywhere.</summary>
public static class RangeEstimator
{
    /// <summary>Share of the values that <see cref="RangeMethod.Percentile"/> keeps (ONNX Runtime's default).</summary>
    public const double PercentileShare = 0.99999;

    /// <summary>Levels on one side of a signed 8-bit quantiser, which the divergence compares with.</summary>
    public const int EntropyLevels = 128;

    /// <summary>What a level that holds nothing counts as, so that an outlier clipped into it costs much, not
    /// everything (ONNX Runtime smooths with the same).</summary>
    internal const double EmptyLevel = 1e-4;

    // Clippings from a fifth of the range up: below it even a single outlier outweighs what finer steps gain.
    private const int MseFirstPercent = 20;
    private const int MseLevels = 256;

    /// <summary>The range, zero included, never wider than what was seen.</summary>
    /// <exception cref="InvalidOperationException">The method needs a histogram, and only ranges were
    /// collected.</exception>
    public static TensorRange Estimate(TensorStatistics seen, RangeMethod method)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var full = new TensorRange(Math.Min(seen.Min, 0f), Math.Max(seen.Max, 0f));
        if (method == RangeMethod.MinMax || full.Min == full.Max)
        {
            return full;
        }

        var histogram = seen.Histogram ?? throw new InvalidOperationException(
            $"Tensor '{seen.Name}' has a range but no histogram, which {method.ToName()} needs.");
        var (low, high) = method switch
        {
            RangeMethod.Percentile => Percentile(histogram, PercentileShare),
            RangeMethod.Entropy => Entropy(histogram),
            RangeMethod.Mse => Mse(histogram, full),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method."),
        };
        return new TensorRange(
            Math.Clamp((float)low, full.Min, 0f), Math.Clamp((float)high, 0f, full.Max));
    }

    /// <summary>
    /// Edges of the narrowest run of bins outside of which at most half of the rest lies on either side.
    /// </summary>
    internal static (double Low, double High) Percentile(TensorHistogram histogram, double share)
    {
        var counts = histogram.Counts;
        var allowed = (1.0 - share) / 2.0 * histogram.Total;
        var (first, below) = (0, 0L);
        while (below + counts[first] <= allowed)
        {
            below += counts[first++];
        }

        var (last, above) = (counts.Length - 1, 0L);
        while (above + counts[last] <= allowed)
        {
            above += counts[last--];
        }

        return (histogram.EdgeOf(first), histogram.EdgeOf(last + 1));
    }

    /// <summary>
    /// Threshold t on |x| with the least divergence of (1) the values up to t, those beyond counted at t, from (2) the
    /// same values in 128 levels, each spread over its bins that hold anything (Migacz, 8-bit inference with TensorRT,
    /// 2017).
    /// </summary>
    /// <remarks>
    /// sum p ln(p / q) falls apart into sums over single bins, which run along, and one term per level, so a threshold
    /// costs 128 steps, not 2048.
    /// </remarks>
    internal static (double Low, double High) Entropy(TensorHistogram histogram)
    {
        var magnitudes = Magnitudes(histogram);
        var bins = magnitudes.Length;

        // Of bins 0..i-1: values, bins that hold any, and sum of n ln n.
        var values = new long[bins + 1];
        var filled = new int[bins + 1];
        var logs = new double[bins + 1];
        for (var bin = 0; bin < bins; bin++)
        {
            var count = magnitudes[bin];
            values[bin + 1] = values[bin] + count;
            filled[bin + 1] = filled[bin] + (count > 0 ? 1 : 0);
            logs[bin + 1] = logs[bin] + TimesLog(count);
        }

        var (best, bestDivergence) = (bins, double.PositiveInfinity);
        for (var end = EntropyLevels; end <= bins; end++)
        {
            var divergence = Divergence(magnitudes, values, filled, logs, end);
            if (divergence < bestDivergence)
            {
                (best, bestDivergence) = (end, divergence);
            }
        }

        var threshold = best * histogram.BinWidth;
        return (-threshold, threshold);
    }

    /// <summary>
    /// Ends with the least square error of 256 levels: both in proportion first, then each by itself.
    /// </summary>
    internal static (double Low, double High) Mse(TensorHistogram histogram, TensorRange full)
    {
        var (low, high) = ((double)full.Min, (double)full.Max);
        var (best, bestError) = ((Low: low, High: high), MeanSquare(histogram, low, high));
        Try(percent => (low * percent / 100.0, high * percent / 100.0));
        var (fixedLow, fixedHigh) = best;
        Try(percent => (fixedLow, high * percent / 100.0));
        fixedHigh = best.High;
        Try(percent => (low * percent / 100.0, fixedHigh));
        return best;

        void Try(Func<int, (double Low, double High)> candidate)
        {
            for (var percent = MseFirstPercent; percent < 100; percent++)
            {
                var (from, to) = candidate(percent);
                var error = MeanSquare(histogram, from, to);
                if (error < bestError)
                {
                    (best, bestError) = ((from, to), error);
                }
            }
        }
    }

    /// <summary>Expected square error when each bin's values stand at its centre.</summary>
    internal static double MeanSquare(TensorHistogram histogram, double low, double high)
    {
        var step = (high - low) / (MseLevels - 1);
        var zero = Math.Round(-low / step, MidpointRounding.ToEven);
        var (first, last) = (-zero, MseLevels - 1 - zero);
        var counts = histogram.Counts;
        var (width, inverse, sum) = (histogram.BinWidth, 1.0 / step, 0.0);
        for (var bin = 0; bin < counts.Length; bin++)
        {
            if (counts[bin] == 0)
            {
                continue;
            }

            var centre = (bin - TensorHistogram.BinsPerSide + 0.5) * width;
            var level = Math.Clamp(Math.Round(centre * inverse, MidpointRounding.ToEven), first, last);
            var error = centre - (level * step);
            sum += counts[bin] * (error * error);
        }

        return sum / histogram.Total;
    }

    private static long[] Magnitudes(TensorHistogram histogram)
    {
        var counts = histogram.Counts;
        var magnitudes = new long[TensorHistogram.BinsPerSide];
        for (var bin = 0; bin < magnitudes.Length; bin++)
        {
            magnitudes[bin] = counts[TensorHistogram.BinsPerSide + bin]
                + counts[TensorHistogram.BinsPerSide - 1 - bin];
        }

        return magnitudes;
    }

    private static double Divergence(long[] magnitudes, long[] values, int[] filled, double[] logs, int end)
    {
        var (total, inside) = (values[^1], values[end]);
        if (inside == 0)
        {
            return double.PositiveInfinity;
        }

        // sum p ln p: that of the bins before the last one, and the last one with everything beyond.
        var outside = total - inside;
        var sum = logs[end - 1] + TimesLog(magnitudes[end - 1] + outside);
        var lastIsAdded = magnitudes[end - 1] == 0 && outside > 0;
        for (var level = 0; level < EntropyLevels; level++)
        {
            var (from, to) = (level * end / EntropyLevels, (level + 1) * end / EntropyLevels);
            var mass = values[to] - values[from];
            var isLast = to == end;
            var width = filled[to] - filled[from] + (isLast && lastIsAdded ? 1 : 0);
            var weight = mass + (isLast ? outside : 0);
            if (weight == 0)
            {
                continue;
            }

            sum -= weight * Math.Log(mass == 0 ? EmptyLevel : (double)mass / width);
        }

        return (sum / total) - Math.Log(total) + Math.Log(inside);
    }

    private static double TimesLog(long count) => count == 0 ? 0.0 : count * Math.Log(count);
}
