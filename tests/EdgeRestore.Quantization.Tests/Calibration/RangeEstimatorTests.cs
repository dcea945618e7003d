using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Tests.Calibration;

/// <summary>Each estimator against its definition, written out bin by bin.</summary>
public class RangeEstimatorTests
{
    // Sums taken in another order: a few units in the last place of values near 1.
    private const double SumTolerance = 1e-9;

    public static TheoryData<float[]> Shapes => new(
        RandomValues.Draw(10, 20_000, 1f),
        [.. RandomValues.Draw(11, 20_000, 1f).Select(Math.Abs)],
        [.. RandomValues.Draw(12, 5_000, 0.1f), 40f],
        [.. RandomValues.Draw(13, 5_000, 1f).Select(value => Math.Max(value, -0.17f))],
        [.. Enumerable.Repeat(0f, 4_000), .. RandomValues.Draw(14, 1_000, 2f)]);

    [Fact]
    public void Estimate_MinMax_GivesWhatWasSeenAndZero()
    {
        Assert.Equal(new TensorRange(-2f, 5f), RangeEstimator.Estimate(Seen([-2f, 0f, 5f]), RangeMethod.MinMax));
        Assert.Equal(new TensorRange(0f, 5f), RangeEstimator.Estimate(Seen([2f, 5f]), RangeMethod.MinMax));
        Assert.Equal(new TensorRange(-5f, 0f), RangeEstimator.Estimate(Seen([-2f, -5f]), RangeMethod.MinMax));
    }

    [Theory]
    [InlineData(RangeMethod.MinMax)]
    [InlineData(RangeMethod.Percentile)]
    [InlineData(RangeMethod.Entropy)]
    [InlineData(RangeMethod.Mse)]
    public void Estimate_ConstantTensor_GivesItsValueAndZero(RangeMethod method)
    {
        var range = RangeEstimator.Estimate(Seen([.. Enumerable.Repeat(3f, 100)]), method);

        Assert.Equal(0f, range.Min);
        Assert.Equal(3f, range.Max, 0.01f);
        Assert.Equal(default, RangeEstimator.Estimate(Seen([0f, 0f]), method));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Estimate_AnyMethod_StaysInsideWhatWasSeen(float[] values)
    {
        var full = RangeEstimator.Estimate(Seen(values), RangeMethod.MinMax);
        foreach (var method in Enum.GetValues<RangeMethod>())
        {
            var range = RangeEstimator.Estimate(Seen(values), method);
            Assert.InRange(range.Min, full.Min, 0f);
            Assert.InRange(range.Max, 0f, full.Max);
            Assert.True(range.Max > range.Min, $"{method}");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Percentile_OfSortedValues_CutsWithinOneBin(float[] values)
    {
        const double Share = 0.99;
        var histogram = Seen(values).Histogram!;
        var sorted = values.Order().ToArray();
        var cut = (int)Math.Floor((1 - Share) / 2 * values.Length);

        var (low, high) = RangeEstimator.Percentile(histogram, Share);

        Assert.InRange(sorted[cut], low, low + histogram.BinWidth);
        Assert.InRange(sorted[^(cut + 1)], high - histogram.BinWidth, high);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Entropy_AgainstTheDefinition_FindsTheSameThreshold(float[] values)
    {
        var histogram = Seen(values).Histogram!;

        var (_, threshold) = RangeEstimator.Entropy(histogram);

        var divergences = Enumerable.Range(
                RangeEstimator.EntropyLevels, TensorHistogram.BinsPerSide - RangeEstimator.EntropyLevels + 1)
            .Select(end => (End: end, Divergence: Divergence(histogram, end)))
            .ToList();
        var least = divergences.Min(candidate => candidate.Divergence);
        var found = divergences.Single(candidate => candidate.End * histogram.BinWidth == threshold);
        Assert.Equal(least, found.Divergence, SumTolerance);
    }

    [Fact]
    public void Entropy_LoneOutlier_IsClipped()
    {
        var range = RangeEstimator.Estimate(Seen([.. RandomValues.Draw(15, 50_000, 0.1f), 40f]), RangeMethod.Entropy);

        Assert.InRange(range.Max, 0.1f, 10f);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Mse_AgainstTheDefinition_NoCandidateIsBetter(float[] values)
    {
        var seen = Seen(values);
        var full = RangeEstimator.Estimate(seen, RangeMethod.MinMax);

        var (low, high) = RangeEstimator.Mse(seen.Histogram!, full);

        var found = SquareError(seen.Histogram!, low, high);
        Assert.Equal(found, RangeEstimator.MeanSquare(seen.Histogram!, low, high), SumTolerance * found);
        for (var percent = 20; percent <= 100; percent++)
        {
            var share = percent / 100.0;
            Assert.True(found <= SquareError(seen.Histogram!, full.Min * share, full.Max * share) * (1 + SumTolerance));
            Assert.True(found <= SquareError(seen.Histogram!, low, full.Max * share) * (1 + SumTolerance));
        }
    }

    [Fact]
    public void Mse_OnTheValuesThemselves_IsNoWorseThanTheFullRange()
    {
        float[] values = [.. RandomValues.Draw(16, 50_000, 0.1f), 40f];

        var range = RangeEstimator.Estimate(Seen(values), RangeMethod.Mse);

        Assert.True(SquareError(values, range.Min, range.Max) < SquareError(values, values.Min(), 40f));
    }

    private static TensorStatistics Seen(float[] values)
    {
        var seen = new TensorStatistics("x") { Histogram = new TensorHistogram() };
        seen.Observe("frame", values.Min(), values.Max(), values.Length);
        seen.Histogram.Add(values);
        return seen;
    }

    // Kullback and Leibler's divergence of two distributions written out as arrays.
    private static double Divergence(TensorHistogram histogram, int end)
    {
        var magnitudes = new double[TensorHistogram.BinsPerSide];
        for (var bin = 0; bin < histogram.Counts.Length; bin++)
        {
            var side = bin - TensorHistogram.BinsPerSide;
            magnitudes[side >= 0 ? side : -side - 1] += histogram.Counts[bin];
        }

        var p = magnitudes[..end];
        p[^1] += magnitudes[end..].Sum();
        var q = new double[end];
        for (var level = 0; level < RangeEstimator.EntropyLevels; level++)
        {
            var bins = (level * end / RangeEstimator.EntropyLevels)..((level + 1) * end / RangeEstimator.EntropyLevels);
            var (mass, filled) = (magnitudes[bins].Sum(), p[bins].Count(count => count > 0));
            for (var bin = bins.Start.Value; bin < bins.End.Value; bin++)
            {
                q[bin] = p[bin] == 0 ? 0 : mass == 0 ? RangeEstimator.EmptyLevel : mass / filled;
            }
        }

        var (pSum, qSum) = (p.Sum(), magnitudes[..end].Sum());
        return qSum == 0 ? double.PositiveInfinity : Enumerable.Range(0, end).Where(bin => p[bin] > 0)
            .Sum(bin => p[bin] / pSum * Math.Log(p[bin] / pSum / (q[bin] / qSum)));
    }

    private static double SquareError(TensorHistogram histogram, double low, double high)
    {
        var values = new List<(double Value, double Weight)>();
        for (var bin = 0; bin < histogram.Counts.Length; bin++)
        {
            values.Add(((histogram.EdgeOf(bin) + histogram.EdgeOf(bin + 1)) / 2, histogram.Counts[bin]));
        }

        return values.Sum(value => value.Weight * SquareError(value.Value, low, high)) / histogram.Total;
    }

    private static double SquareError(float[] values, double low, double high) =>
        values.Average(value => SquareError((double)value, low, high));

    // ONNX's QuantizeLinear and DequantizeLinear at 8 bits.
    private static double SquareError(double value, double low, double high)
    {
        var scale = (high - low) / 255;
        var zeroPoint = Math.Round(-low / scale, MidpointRounding.ToEven);
        var quantised = Math.Clamp(Math.Round(value / scale, MidpointRounding.ToEven) + zeroPoint, 0, 255);
        return Math.Pow(value - ((quantised - zeroPoint) * scale), 2);
    }
}
