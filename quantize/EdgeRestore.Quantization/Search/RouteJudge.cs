using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Selection;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Search;

/// <summary>
/// Judges forms of one graph on the same frames, against its FP32 form. Keeps the frames and FP32's results.
/// </summary>
internal sealed class RouteJudge : FormTrial, IDisposable
{
    private readonly List<(JudgedFrame Source, Frame Degraded, Frame? Clean, Frame Reference)> _frames = [];

    public RouteJudge(OnnxFile reference, IEnumerable<JudgedFrame> frames, int threads)
    {
        using var graph = new FrameGraph(reference, threads);
        foreach (var source in frames)
        {
            var degraded = source.Load();
            var restored = Frame.Rent(degraded.Width, degraded.Height, PixelFormat.Rgb24);
            graph.Run(degraded, restored);
            _frames.Add((source, degraded, source.LoadClean?.Invoke(), restored));
        }
    }

    public int FrameCount => _frames.Count;

    public override IReadOnlyList<DegradationCost> Judge(OnnxFile form, int threads, int mostFrames = int.MaxValue)
    {
        using var graph = new FrameGraph(form, threads);
        return
        [
            .. _frames.GroupBy(frame => frame.Source.Degradation).OrderBy(group => group.Key)
                .Select(group => Judge(graph, group.Key.ToName(), [.. group.Take(mostFrames)])),
        ];
    }

    public override double[] Time(IReadOnlyList<OnnxFile> forms, SearchSettings settings, CancellationToken token) =>
        SpeedTrial.Run(forms, settings, token);

    /// <summary>
    /// The frame that a form changes most: what came in, FP32's result, the form's; the caller disposes the last.
    /// </summary>
    public (string Name, Frame Degraded, Frame Reference, Frame Result) FindWorst(OnnxFile form, int threads)
    {
        using var graph = new FrameGraph(form, threads);
        (string, Frame, Frame, Frame)? worst = null;
        var least = double.PositiveInfinity;
        foreach (var (source, degraded, _, reference) in _frames)
        {
            var result = Frame.Rent(degraded.Width, degraded.Height, PixelFormat.Rgb24);
            graph.Run(degraded, result);
            var between = Psnr.Compute(reference, result);
            if (between < least)
            {
                worst?.Item4.Dispose();
                (worst, least) = ((source.Name, degraded, reference, result), between);
            }
            else
            {
                result.Dispose();
            }
        }

        return worst ?? throw new InvalidOperationException("There are no frames to judge on.");
    }

    public void Dispose()
    {
        foreach (var (_, degraded, clean, reference) in _frames)
        {
            degraded.Dispose();
            clean?.Dispose();
            reference.Dispose();
        }
    }

    private static DegradationCost Judge(
        FrameGraph graph, string degradation,
        List<(JudgedFrame Source, Frame Degraded, Frame? Clean, Frame Reference)> frames)
    {
        var (nonFinite, between, leastBetween, worst) = (0L, 0.0, double.PositiveInfinity, "");
        var (psnr, ssim) = (new List<double>(), new List<double>());
        var drops = new List<double>();
        foreach (var (source, degraded, clean, reference) in frames)
        {
            using var result = Frame.Rent(degraded.Width, degraded.Height, PixelFormat.Rgb24);
            nonFinite += graph.Run(degraded, result);
            var closeness = Psnr.Compute(reference, result);
            between += closeness / frames.Count;
            if (closeness < leastBetween)
            {
                (leastBetween, worst) = (closeness, source.Name);
            }

            if (clean is not null)
            {
                var expected = Psnr.Compute(clean, reference);
                psnr.Add(expected);
                drops.Add(expected - Psnr.Compute(clean, result));
                ssim.Add(Ssim.Compute(clean, reference) - Ssim.Compute(clean, result));
            }
        }

        return drops.Count == 0
            ? new DegradationCost(degradation, frames.Count, null, null, null, null, between, worst, nonFinite)
            : new DegradationCost(
                degradation, frames.Count, psnr.Average(), drops.Average(), drops.Max(), ssim.Average(), between, worst,
                nonFinite);
    }
}
