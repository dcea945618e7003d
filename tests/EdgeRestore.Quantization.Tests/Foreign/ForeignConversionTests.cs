using System.Globalization;
using System.Text.RegularExpressions;
using EdgeRestore.Onnx;
using EdgeRestore.Onnx.Tests;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Tests.Runtimes;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static EdgeRestore.Quantization.Tests.Foreign.ForeignGraphTests;

namespace EdgeRestore.Quantization.Tests.Foreign;

/// <summary>A file of somebody else through the command line: what comes out runs, is valid, and is close.</summary>
public sealed partial class ForeignConversionTests : IDisposable
{
    // Random weights spread the rounding over all outputs: 42 to 50 dB of the outputs' range were measured.
    private const string LeastInt8Psnr = "35";

    private readonly TestFolder folder = new();

    public ForeignConversionTests()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            folder.SaveScene($"frames/{seed}.png", seed);
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(20)]
    public async Task Int8_GraphOfAnOpset_RunsInTwoRuntimesAndNamesWhatStaysFloat(int opset)
    {
        var (source, target) = await WriteAsync(opset);

        var (code, output, error) = await QuantizeAsync(Int8(source, target));

        Assert.True(code == ExitCode.Done, output + error);
        Assert.Contains("In 8 bits: 4 of 8 convolutions", output, StringComparison.Ordinal);
        Assert.Matches("1 Conv, first convolution: '.+'", output);
        Assert.Contains(
            "1 ConvTranspose, for which ONNX Runtime's CPU provider has no 8 bits", output, StringComparison.Ordinal);
        Assert.Contains("1 Gemm, with a side below 64, where 8 bits do not pay", output, StringComparison.Ordinal);
        Assert.InRange(PsnrIn(output), 35, 120);
        await AssertRunsAsync(source, target, 0.05, opset <= OlderRuntime.GreatestOpset);
        if (opset <= ReferenceChecker.GreatestOpset)
        {
            Assert.Equal((0, "pyramid"), await ReferenceChecker.Check(target));
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(17)]
    public async Task Fp16_GraphOfAnOpset_RunsInTwoRuntimes(int opset)
    {
        var (source, target) = await WriteAsync(opset);

        var (code, output, error) = await QuantizeAsync(
            "fp16", source, "--frames", folder.PathOf("frames"), "--out", target, "--min-psnr", "60");

        Assert.True(code == ExitCode.Done, output + error);
        await AssertRunsAsync(source, target, 0.005);
        Assert.Equal((0, "pyramid"), await ReferenceChecker.Check(target));
    }

    // How fast a form is here is the machine's to say; what follows from it is not.
    [Fact]
    public async Task Int8_SlowerThanFp32_WarnsThatFp32IsTheBetterChoice()
    {
        Assert.Null(GraphConversion.SlownessRemark(10, 10));
        Assert.Null(GraphConversion.SlownessRemark(10, 7));
        Assert.StartsWith(
            "Warning: FP32 is the better choice here: found 0.90 times FP32's speed",
            GraphConversion.SlownessRemark(9, 10), StringComparison.Ordinal);
        var (source, target) = await WriteAsync(17);

        var (_, output, error) = await QuantizeAsync(Int8(source, target));

        var speed = double.Parse(Speed().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        if (Math.Abs(speed - 1) > 0.01)
        {
            Assert.Equal(speed < 1, error.Contains("FP32 is the better choice", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Int8_Again_GivesTheSameBytesAndLeavesTheSource()
    {
        var (source, target) = await WriteAsync(17);
        var before = await File.ReadAllBytesAsync(source);
        await QuantizeAsync(Int8(source, target));
        var first = await File.ReadAllBytesAsync(target);

        var (refused, _, error) = await QuantizeAsync(Int8(source, target));
        var (code, _, _) = await QuantizeAsync([.. Int8(source, target), "--replace", "--threads", "1"]);

        Assert.Equal(
            (ExitCode.CannotRun, true), (refused, error.Contains("is there already", StringComparison.Ordinal)));
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(first, await File.ReadAllBytesAsync(target));
        Assert.Equal(before, await File.ReadAllBytesAsync(source));
    }

    [Fact]
    public async Task Int8_ForTensorRt_RunsAndIsValid()
    {
        var (source, target) = await WriteAsync(11);

        var (code, output, error) = await QuantizeAsync([.. Int8(source, target), "--profile", "tensorrt"]);

        Assert.True(code == ExitCode.Done, output + error);
        var written = OnnxFile.Read(target);
        Assert.Equal(19, written.Opsets[""]);
        Assert.Contains(written.Graph.Nodes, node => node.OpType == "QuantizeLinear");
        Assert.Equal((0, "pyramid"), await ReferenceChecker.Check(target, isFull: false));
    }

    [Fact]
    public async Task Auto_File_WritesFormsAndAReport()
    {
        var (source, _) = await WriteAsync(17);

        var (code, output, error) = await QuantizeAsync(
            "auto", source, "--frames", folder.PathOf("frames"), "--out", folder.PathOf("forms"), "--for", "orin-nx",
            "--min-psnr", "30");

        Assert.True(code == ExitCode.Done, output + error);
        Assert.StartsWith(
            "Ship it: 2 of 2 networks gain", output[output.IndexOf("Ship", StringComparison.Ordinal)..],
            StringComparison.Ordinal);
        Assert.Equal(
            ["pyramid.fp16-cuda.onnx", "pyramid.int8-tensorrt.onnx"],
            Directory.EnumerateFiles(folder.PathOf("forms")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains(
            "pyramid.onnx", await File.ReadAllTextAsync(folder.PathOf("forms.report/report.html")),
            StringComparison.Ordinal);
    }

    // Nothing reaches 119 dB: what the first run took is refused by the second, and must not lie there as if it were
    // taken.
    [Fact]
    public async Task Auto_AgainWithABoundThatNothingReaches_LeavesNoFormOfTheFirstRun()
    {
        var (source, _) = await WriteAsync(17);
        string[] arguments =
            [
                "auto", source, "--frames", folder.PathOf("frames"), "--out", folder.PathOf("forms"), "--for",
                "orin-nx", "--min-psnr",
            ];
        await QuantizeAsync([.. arguments, "30"]);
        Assert.NotEmpty(Directory.EnumerateFiles(folder.PathOf("forms")));

        var (_, output, _) = await QuantizeAsync([.. arguments, "119", "--replace"]);

        Assert.DoesNotContain("Wrote", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.PathOf("forms")));
    }

    [Fact]
    public async Task Auto_FileWithFramesOfADaemon_SaysWhatToGiveInstead()
    {
        var (source, _) = await WriteAsync(17);

        var (code, _, error) = await QuantizeAsync(
            "auto", source, "--frames", "live:http://127.0.0.1:1", "--out", folder.PathOf("forms"), "--for", "orin-nx");

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("--keep-frames", error, StringComparison.Ordinal);
    }

    private string[] Int8(string source, string target) =>
        ["int8", source, "--frames", folder.PathOf("frames"), "--out", target, "--min-psnr", LeastInt8Psnr];

    private async Task<(string Source, string Target)> WriteAsync(int opset)
    {
        var source = folder.PathOf("pyramid.onnx");
        await File.WriteAllBytesAsync(source, PyramidNetwork.Build(opset).ToBytes());
        return (source, folder.PathOf("out.onnx"));
    }

    private static double PsnrIn(string output) =>
        double.Parse(Decibels().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);

    // Ours and an older runtime against FP32 in ours, on a frame that nothing was calibrated with.
    private static async Task AssertRunsAsync(string source, string target, double tolerance, bool hasOlder = true)
    {
        var image = new float[3 * PyramidNetwork.Side * PyramidNetwork.Side];
        for (var index = 0; index < image.Length; index++)
        {
            image[index] = (float)(0.5 + (0.4 * Math.Sin(index * 0.01)));
        }

        long[] shape = [1, 3, PyramidNetwork.Side, PyramidNetwork.Side];
        var expected = Run(source, image);
        var ours = Run(target, image);
        var range = expected.Max() - expected.Min();
        Assert.InRange(MeanDifference(expected, ours) / range, 0, tolerance);
        if (!hasOlder)
        {
            return;
        }

        var older = await OlderRuntime.RunAsync(target, [("image", OlderRuntime.Tensor.Of(shape, image))]);
        Assert.InRange(MeanDifference(expected, older["restored"].ToFloats()) / range, 0, tolerance);
    }

    private static float[] Run(string path, float[] image)
    {
        using var session = new InferenceSession(path);
        using var results = session.Run(
            [NamedOnnxValue.CreateFromTensor(
                "image", new DenseTensor<float>(image, [1, 3, PyramidNetwork.Side, PyramidNetwork.Side]))]);
        return [.. results.First(result => result.Name == "restored").AsEnumerable<float>()];
    }

    private static double MeanDifference(float[] one, float[] other) =>
        one.Zip(other, (a, b) => Math.Abs((double)a - b)).Average();

    [GeneratedRegex(@"([\d.]+) times FP32's speed here")]
    private static partial Regex Speed();

    [GeneratedRegex(@"calibrated with: ([\d.]+) dB")]
    private static partial Regex Decibels();
}
