using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Foreign;

/// <summary>Ranges of a foreign graph's values, in the same way as a package's.</summary>
internal static class ForeignCalibration
{
    /// <exception cref="CalibrationException">A frame makes NaN, or the memory is too small.</exception>
    public static CalibratedGraph Run(
        string name, ForeignGraph graph, FrameInput input, IReadOnlyList<CalibrationFrame> frames,
        CalibrationSettings settings,
        Action<int, int, string> report, CancellationToken token)
    {
        var run = new GraphRun(name, input.Wrap(graph.File, graph.Channels), settings);
        using var pass = run.Open();
        var done = 0;
        foreach (var wave in frames.Chunk(pass.Threads))
        {
            token.ThrowIfCancellationRequested();
            pass.Run(wave);
            done += wave.Length;
            report(done, frames.Count, settings.CountsValues ? "ranges and values" : "ranges");
        }

        pass.Finish();
        return run.ToResult();
    }
}
