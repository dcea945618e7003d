using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Foreign;

/// <summary>Ranges of a foreign graph's values, with the same two passes as a package's.</summary>
internal static class ForeignCalibration
{
    /// <exception cref="CalibrationException">A frame makes NaN, or the memory is too small.</exception>
    public static CalibratedGraph Run(
        string name, ForeignGraph graph, FrameInput input, IReadOnlyList<CalibrationFrame> frames, CalibrationSettings settings,
        Action<int, int, string> report, CancellationToken token)
    {
        var run = new GraphRun(name, input.Wrap(graph.File, graph.Channels), settings);
        var total = frames.Count * (settings.CountsValues ? 2 : 1);
        var done = 0;
        using (var ranges = run.OpenRanges())
        {
            Pass(ranges, "ranges");
        }

        if (settings.CountsValues)
        {
            using var counts = run.OpenCounts();
            Pass(counts, "values");
        }

        return run.ToResult();

        void Pass(CalibrationPass pass, string activity)
        {
            foreach (var wave in frames.Chunk(pass.Threads))
            {
                token.ThrowIfCancellationRequested();
                pass.Run(wave);
                done += wave.Length;
                report(done, total, activity);
            }

            pass.Finish();
        }
    }
}
