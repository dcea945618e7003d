using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary>SymUNet as published, width 48: speed and size, which do not depend on what its weights are.</summary>
internal static class WideNetworkBenchmark
{
    // Targets.
    private const double Target = 1.4;

    private const int CalibrationSide = 64;
    private const int Seed = 1;

    public static void Run(BenchmarkOptions options, int side, BenchmarkReport report)
    {
        var network = new SymUNet(SymUNetConfig.Published);
        var single = RestorationExport.ToServing(network, InitialWeights.Of(network, Seed));
        using var seen = SpeedTrial.Noise(CalibrationSide, CalibrationSide);
        var ranges = FormCalibrationBenchmark.Calibrate(
            single,
            [new CalibrationFrame("noise", Degradation.Noise, new string('0', 64), () => CopyOf(seen))]).ToResult();
        var quantized = QuantizedGraph.Build(
            single, ranges.Estimate(RangeMethod.MinMax), QuantizationPlan.ForCpu, ranges.Channels);
        FusionReport.Of(quantized.File).RequireFused(quantized.QuantizedConvolutions.Length, network.Preset);

        using var frame = SpeedTrial.Noise(side, side);
        using var restored = Frame.Rent(side, side, PixelFormat.Rgb24);
        FormTrial trial;
        using (var before = new FrameGraph(single, FormSpeedBenchmark.Threads))
        using (var after = new FrameGraph(quantized.File, FormSpeedBenchmark.Threads))
        {
            trial = FormTrial.Run(
                [
                    () => before.Run(frame, restored),
                    () =>
                    {
                        after.Run(frame, restored);
                        Thread.Sleep(options.SlowDown);
                    },
                ],
                options.RoundCount);
        }

        var name = $"SymUNet width 48, {side}x{side}";
        report.Add(
            $"{name}, {quantized.QuantizedConvolutions.Length} convolutions of "
            + $"{quantized.QuantizedConvolutions.Length + quantized.FloatConvolutions.Count} in 8 bits: FP32 / INT8",
            $"{trial.WallMs(0):F0} / {trial.WallMs(1):F0} ms");
        report.AddAtLeast($"{name}: INT8 times FP32's speed", trial.Speed(1).Median, Target, "F2", trial.Spread(1));
        var bytes = (double)LengthOf(single);
        report.AddAtMost(
            $"{name}: INT8 file, % of FP32", 100 * LengthOf(quantized.File) / bytes, FormSizeBenchmark.Int8Max, "F1");
        report.AddAtMost(
            $"{name}: FP16 file, % of FP32", 100 * LengthOf(HalfGraph.Build(single)) / bytes, FormSizeBenchmark.HalfMax,
            "F1");
    }

    private static long LengthOf(OnnxFile file) => file.ToBytes().Length;

    private static Frame CopyOf(Frame source)
    {
        var copy = Frame.Rent(source.Width, source.Height, PixelFormat.Rgb24);
        source.Pixels.CopyTo(copy.Pixels);
        return copy;
    }
}
