using System.CommandLine;
using System.Globalization;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Foreign;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Selection;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Commands;

/// <summary>What <c>fp16</c> and <c>int8</c> do with an ONNX file in the place of a package.</summary>
internal sealed class GraphConversion(ParseResult parsed, GraphOptions options, FramesOption frames)
{
    private TextWriter Output => parsed.InvocationConfiguration.Output;

    private TextWriter Errors => parsed.InvocationConfiguration.Error;

    /// <summary>Reads the file, says what it is.</summary>
    public async Task<ForeignGraph> ReadAsync(string path)
    {
        var graph = await Task.Run(() => ForeignGraph.Read(path));
        var input = graph.File.Graph.Inputs.Single();
        await Errors.WriteLineAsync(
            $"{path}: opset {graph.SourceOpset}, input '{input.Name}' {input.Type}, "
            + $"{graph.File.Graph.Nodes.Count} operators after folding, "
            + $"{graph.File.Graph.Nodes.Count(node => node.OpType == "Conv")} of "
            + "them convolutions");
        return graph;
    }

    public async Task<int> RunFp16Async(string path, string output, bool replaces, CancellationToken token)
    {
        RequireFree(path, output, replaces);
        var graph = await ReadAsync(path);
        var half = HalfGraph.Build(graph.File);
        if (parsed.GetValue(frames.Frames) is null)
        {
            await Output.WriteLineAsync(
                "Not judged, since no --frames are given: nobody knows what this conversion costs.");
            Write(path, output, half);
            return ExitCode.Done;
        }

        using var held = new Held();
        var chosen = await ChooseAsync(graph, held, token);
        using var trial = await Task.Run(() => OpenTrial(graph, chosen.Judged), token);
        var isGood = await JudgeAsync(trial, graph, half, half, isTimed: false, token);
        Write(path, output, half);
        return isGood ? ExitCode.Done : ExitCode.PartFailed;
    }

    public async Task<int> RunInt8Async(
        string path, string output, bool replaces, QuantizationPlan plan, RangeMethod method, CancellationToken token)
    {
        RequireFree(path, output, replaces);
        if (parsed.GetValue(frames.Frames) is null)
        {
            throw new CalibrationException(
                $"'{path}' cannot be written in 8 bits without --frames: ranges come from images. Give a folder of "
                + "images like those that it will see.");
        }

        var graph = await ReadAsync(path);
        using var held = new Held();
        var chosen = await ChooseAsync(graph, held, token);
        var calibrated = await CalibrateAsync(path, graph, chosen, method != RangeMethod.MinMax, token);
        var quantized = QuantizedGraph.Build(graph.File, calibrated.Estimate(method), plan, calibrated.Channels);
        if (!quantized.HasEightBits)
        {
            throw new QuantizationException(
                $"Nothing was written: found none of the {quantized.FloatConvolutions.Count} convolutions of '{path}' "
                + $"that can be in 8 bits ({quantized.FloatReasons}), allowed is a graph with one or more that can. "
                + "Use it as it is, or 'quantize fp16'.");
        }

        if (plan.Profile == QuantizationProfile.Cpu)
        {
            FusionReport.Of(quantized.File).RequireFused(quantized, path);
        }

        await DescribeAsync(graph, quantized);
        using var trial = await Task.Run(() => OpenTrial(graph, chosen.Judged), token);
        var isGood = await JudgeAsync(
            trial, graph, quantized.Judged, quantized.File, isTimed: plan.Profile == QuantizationProfile.Cpu, token);
        Write(path, output, quantized.File);
        return isGood ? ExitCode.Done : ExitCode.PartFailed;
    }

    /// <summary>Images for calibrating and others for judging; remarks are told.</summary>
    public async Task<ForeignFrames> ChooseAsync(ForeignGraph graph, Held held, CancellationToken token)
    {
        var source = parsed.GetValue(frames.Frames)!;
        if (LiveOption.IsLive(source))
        {
            throw new CalibrationException(
                $"'{source}' cannot be calibrated with: frames of a daemon are chosen by its package's routes, which "
                + "an ONNX file has none of; allowed are a folder of images and a video. Keep a daemon's frames with "
                + "'quantize calibrate PACKAGE --frames live:… --keep-frames FOLDER', and give that folder.");
        }

        held.Video = File.Exists(source) ? await VideoFrames.ExtractAsync(source, token) : null;
        var lines = new ProgressLines(Errors);
        var chosen = await Task.Run(
            () => ForeignFrames.Choose(
                held.Video?.Folder ?? source, graph, parsed.GetValue(frames.Side),
                parsed.GetValue(frames.FramesPerRoute),
                (done, total) => lines.Show(done, total, "looking at images"), token),
            token);
        foreach (var remark in chosen.Remarks)
        {
            await Errors.WriteLineAsync(remark);
        }

        return chosen;
    }

    public async Task<CalibratedGraph> CalibrateAsync(
        string path, ForeignGraph graph, ForeignFrames chosen, bool countsValues, CancellationToken token)
    {
        var lines = new ProgressLines(Errors);
        var settings = frames.Settings(parsed, null, countsValues);
        var started = TimeProvider.System.GetTimestamp();
        return await Task.Run(
            () => ForeignCalibration.Run(
                Path.GetFileName(path), graph, options.Input(parsed), chosen.Calibrated, settings,
                (done, total, activity) => lines.Show(
                    done, total, activity,
                    TimeProvider.System.GetElapsedTime(started) * ((double)(total - done) / done)),
                token),
            token);
    }

    public ForeignTrial OpenTrial(ForeignGraph graph, IReadOnlyList<JudgedFrame> judged) =>
        new(graph, options.Input(parsed), judged, parsed.GetValue(frames.Threads));

    /// <summary>Refuses to write over the source, or over what is there unasked.</summary>
    public static void RequireFree(string path, string output, bool replaces)
    {
        if (Path.GetFullPath(path) == Path.GetFullPath(output))
        {
            throw new QuantizationException(
                $"--out is '{output}', the file that is read. Give another: the source is not changed.");
        }

        if (Directory.Exists(output) || (File.Exists(output) && !replaces))
        {
            throw new QuantizationException(
                $"'{output}' is there already. Give another --out, or --replace for a file.");
        }
    }

    // What stays in floating point, by reason.
    private async Task DescribeAsync(ForeignGraph graph, QuantizedGraph quantized)
    {
        await Output.WriteLineAsync($"In 8 bits: {quantized.QuantizedConvolutions.Length} of "
            + $"{quantized.QuantizedConvolutions.Length + quantized.FloatConvolutions.Count} convolutions"
            + (quantized.QuantizedProducts.Length > 0 ? $", {quantized.QuantizedProducts.Length} products with a "
            + "constant matrix" : "")
            + ". In floating point:");
        foreach (var reason in quantized.FloatConvolutions.GroupBy(kept => kept.Value).OrderBy(
            group => group.Key, StringComparer.Ordinal))
        {
            await Output.WriteLineAsync(
                $"  {reason.Count()} Conv, {reason.Key}: {string.Join(", ", reason.Select(kept => $"'{kept.Key}'"))}");
        }

        var links = new GraphLinks(graph.File.Graph);
        var inEightBits = quantized.QuantizedProducts.ToHashSet(StringComparer.Ordinal);
        var weighted = graph.File.Graph.Nodes
            .Where(node => node.OpType is "ConvTranspose" or "Gemm" or "MatMul" && !inEightBits.Contains(
                Nodes.KeyOf(node)))
            .GroupBy(node => (node.OpType, Reason: node.OpType == "ConvTranspose" ? "for which ONNX Runtime's CPU "
                + "provider has no 8 bits"
                : ConstantProduct.Of(node, links.Constant).Reason ?? "which the profile leaves in floating point"));
        foreach (var group in weighted)
        {
            var names = group.Take(5).Select(node => $"'{(node.Name.Length > 0 ? node.Name : node.Outputs[0])}'");
            await Output.WriteLineAsync(
                $"  {group.Count()} {group.Key.OpType}, {group.Key.Reason}: "
                + $"{string.Join(", ", names)}{(group.Count() > 5 ? ", ..." : "")}");
        }
    }

    private async Task<bool> JudgeAsync(
        ForeignTrial trial, ForeignGraph graph, OnnxFile judged, OnnxFile written, bool isTimed,
        CancellationToken token)
    {
        var least = parsed.GetValue(options.MinPsnr);
        var threads = parsed.GetValue(frames.Threads);
        var cost = await Task.Run(() => trial.Judge(judged, threads).Single(), token);
        var isGood = cost.PsnrBetween >= least && cost.NonFinite == 0;
        await Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"On {cost.Frames} images that it was not calibrated with: {cost.PsnrBetween:F1} dB between its outputs "
            + $"and FP32's, of their range ({trial.RangeText}); worst '{cost.WorstFrame}'")
            + (cost.NonFinite > 0 ? $"; {cost.NonFinite} values are NaN or infinite" : "")
            + (isGood ? "" : string.Create(CultureInfo.InvariantCulture, $"  <- below the limit of {least:F1} dB")));
        if (isTimed)
        {
            var times = await Task.Run(
                () => trial.Time([graph.File, written], new SearchSettings { Threads = threads }, token), token);
            await Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{times[0] / times[1]:F2} times FP32's speed here ({times[1]:F1} instead of {times[0]:F1} ms of "
                + $"processor time at {trial.FrameSize.Width}x{trial.FrameSize.Height}, "
                + $"{Machine.Current.Describe()})"));
            if (SlownessRemark(times[0], times[1]) is { } remark)
            {
                await Errors.WriteLineAsync(remark);
            }
        }

        return isGood;
    }

    /// <summary>What to do where a form is slower than FP32; null where it is not.</summary>
    internal static string? SlownessRemark(double referenceMs, double ms)
    {
        if (ms <= referenceMs)
        {
            return null;
        }

        var speed = (referenceMs / ms).ToString("F2", CultureInfo.InvariantCulture);
        return $"Warning: FP32 is the better choice here: found {speed} times FP32's speed in 8 bits, worth it is more "
            + "than 1. The file is written as asked, shorter and slower. 'quantize auto' keeps FP32 where that is so; "
            + "a SymUNet's checkpoint gains by 'import' and 'export one', which pad its widths.";
    }

    private void Write(string path, string output, OnnxFile file)
    {
        var bytes = file.ToBytes();
        WholeFile.Write(output, stream => stream.Write(bytes));
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Wrote {output}: {bytes.Length / 1e6:F2} MB, {100.0 * bytes.Length / new FileInfo(path).Length:F0} % of "
            + $"{path}."));
    }

    /// <summary>A video's images, kept until the command ends.</summary>
    internal sealed class Held : IDisposable
    {
        public VideoFrames? Video { get; set; }

        public void Dispose() => Video?.Dispose();
    }
}
