using System.Globalization;
using EdgeRestore.Degradations;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Commands;

/// <summary>What a calibration file holds, for people.</summary>
internal static class CalibrationSummary
{
    // One frame that reaches this far beyond all others makes every step of its tensor that much coarser.
    private const float LoneFactor = 2f;

    public static async Task WriteAsync(CalibrationFile calibration, RangeMethod method, TextWriter output)
    {
        await output.WriteLineAsync(
            $"{calibration.Package}, {Frames(calibration.Frames.Length)}: "
            + string.Join(", ", calibration.Frames.CountBy(frame => frame.Degradation).OrderBy(count => count.Key)
                .Select(count => $"{count.Value} {count.Key.ToName()}")));
        var names = calibration.Frames.ToDictionary(frame => frame.Sha256, frame => frame.Name, StringComparer.Ordinal);
        foreach (var graph in calibration.Graphs)
        {
            var clipped = calibration.HasHistograms || method == RangeMethod.MinMax
                ? graph.Tensors.Count(tensor => Share(tensor, method) < 0.995) : 0;
            await output.WriteLineAsync(
                $"{graph.File}: {graph.Tensors.Length} tensors over {Frames(graph.RangedFrames.Count)}; "
                + $"{method.ToName()} clips {clipped} of them");
            if (graph.RangedFrames.Count == 1)
            {
                // Nothing tells then what is usual from what that frame alone has.
                await output.WriteLineAsync(
                    $"  {graph.File} has seen one frame: its ranges are that frame's, and others may leave them. Give "
                    + "more of its kind, or clean photographs.");
            }

            foreach (var tensor in graph.Tensors.Where(IsLone).Take(3))
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {tensor.Name} reaches {tensor.Peaks.First:G3} in '{names.GetValueOrDefault(tensor.PeakFrame)}' "
                    + $"alone, {tensor.Peaks.Second:G3} in all others"));
            }
        }
    }

    private static string Frames(int count) => count == 1 ? "1 frame" : $"{count} frames";

    private static bool IsLone(TensorStatistics tensor) =>
        tensor.Peaks.Second > 0 && tensor.Peaks.First > LoneFactor * tensor.Peaks.Second;

    private static double Share(TensorStatistics tensor, RangeMethod method)
    {
        var (full, kept) = (
            RangeEstimator.Estimate(tensor, RangeMethod.MinMax), RangeEstimator.Estimate(tensor, method));
        return full.Max > full.Min ? ((double)kept.Max - kept.Min) / ((double)full.Max - full.Min) : 1;
    }
}
