using System.Globalization;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary>What calibrating takes, over running the same frames; and that bad ranges are found out.</summary>
internal static class FormCalibrationBenchmark
{
    // Target: each pass over inference of the same frames.
    private const double PassMax = 2;

    private const string File = "noise.onnx";

    public static void Run(BenchmarkOptions options, FormPackage forms, int frameCount, BenchmarkReport report)
    {
        var route = forms.Routes.First(route => route.Degradation == Degradation.Noise);
        var row = EvalRow.All.First(row => row.Degradation == Degradation.Noise);
        var held = new List<Frame>();
        try
        {
            foreach (var example in forms.Protocol.Enumerate([row], frameCount))
            {
                held.Add(Copy(example.Degraded));
            }

            var frames = held.Select((frame, index) => new CalibrationFrame(
                $"{index}", Degradation.Noise, index.ToString("d64", CultureInfo.InvariantCulture),
                () => Copy(frame))).ToList();
            CalibratedGraph? calibrated = null;
            var trial = FormTrial.Run(
                [
                    () => Infer(route.Single, held),
                    () => calibrated = Calibrate(route.Single, frames).ToResult(),
                    () => Calibrate(route.Single, frames, countsValues: true),
                ],
                Math.Max(1, options.RoundCount / 2));
            report.Add(
                $"{frameCount} frames of {held[0].Width}x{held[0].Height}, {FormSpeedBenchmark.Threads} side by side",
                $"{trial.WallMs(0):F0} ms to run");
            report.AddAtMost(
                "calibrating ranges alone over running the frames, by processor time",
                trial.Cost(1).Median, PassMax, "F2");
            report.AddAtMost(
                "calibrating ranges and counts, one pass, over running the frames, by processor time",
                trial.Cost(2).Median, PassMax, "F2");
            ShowControl(forms, route, row, calibrated!, report);
        }
        finally
        {
            held.ForEach(frame => frame.Dispose());
        }
    }

    /// <summary>Ranges of a graph, by frames that are at hand.</summary>
    public static GraphRun Calibrate(OnnxFile graph, IReadOnlyList<CalibrationFrame> frames, bool countsValues = false)
    {
        var run = new GraphRun(
            File, graph, new() { Threads = FormSpeedBenchmark.Threads, CountsValues = countsValues });
        using var pass = run.Open();
        RunThrough(pass, frames);
        return run;
    }

    // Half of every range cuts off what is bright and what is dark: a check that lets this pass would let anything
    // pass.
    private static void ShowControl(
        FormPackage forms, RouteForms route, EvalRow row, CalibratedGraph calibrated, BenchmarkReport report)
    {
        var halved = calibrated.Estimate(RangeMethod.MinMax).ToDictionary(
            range => range.Key, range => new TensorRange(range.Value.Min / 2, range.Value.Max / 2),
            StringComparer.Ordinal);
        var bad = QuantizedGraph.Build(route.Single, halved, QuantizationPlan.ForCpu);
        var cost = RouteJudgement.Judge(route.Single, bad.File, forms.Protocol, [row], 2, CancellationToken.None)[0];
        report.AddAtLeast("control: INT8 with halved ranges loses, dB", cost.Drop, FormQualityBenchmark.LossMax, "F3");
    }

    private static void RunThrough(CalibrationPass pass, IReadOnlyList<CalibrationFrame> frames)
    {
        foreach (var wave in frames.Chunk(pass.Threads))
        {
            pass.Run(wave);
        }

        pass.Finish();
    }

    private static void Infer(OnnxFile file, List<Frame> frames)
    {
        using var graph = new FrameGraph(file, threads: 1);
        Parallel.ForEach(frames, new ParallelOptions { MaxDegreeOfParallelism = FormSpeedBenchmark.Threads }, frame =>
        {
            using var restored = Frame.Rent(frame.Width, frame.Height, PixelFormat.Rgb24);
            graph.Run(frame, restored);
        });
    }

    private static Frame Copy(Frame source)
    {
        var copy = Frame.Rent(source.Width, source.Height, PixelFormat.Rgb24);
        source.Pixels.CopyTo(copy.Pixels);
        return copy;
    }
}
