using System.Collections.Immutable;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Search;

/// <summary>Signal to quantisation noise of every tensor, from counts alone.</summary>
internal static class TensorFidelities
{
    // What double precision cannot tell from a perfect tensor, such as one that is constant.
    private const double MaxDecibels = 120;

    public static ImmutableArray<TensorFidelity> Of(CalibratedGraph graph, RangeMethod method) =>
        [.. graph.Tensors.Where(tensor => tensor.Histogram is { Total: > 0 }).Select(tensor => Of(tensor, method))];

    private static TensorFidelity Of(TensorStatistics tensor, RangeMethod method)
    {
        var histogram = tensor.Histogram!;
        var range = RangeEstimator.Estimate(tensor, method);
        var (counts, width, power, clipped) = (histogram.Counts.ToArray(), histogram.BinWidth, 0.0, 0L);
        for (var bin = 0; bin < counts.Length; bin++)
        {
            var centre = histogram.EdgeOf(bin) + (width / 2);
            power += counts[bin] * (centre * centre);
            clipped += centre < range.Min - width || centre > range.Max + width ? counts[bin] : 0;
        }

        var noise = range.Max > range.Min ? RangeEstimator.MeanSquare(histogram, range.Min, range.Max) : 0;
        var decibels = noise <= 0 ? MaxDecibels : 10 * Math.Log10(power / histogram.Total / noise);
        return new TensorFidelity(
            tensor.Name, tensor.Min, tensor.Max, range.Min, range.Max, (double)clipped / histogram.Total,
            Math.Min(decibels, MaxDecibels));
    }
}
