using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Foreign;
using EdgeRestore.Quantization.Planning;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Reporting;
using EdgeRestore.Quantization.Search;

namespace EdgeRestore.Quantization.Commands;

/// <summary>
/// What <c>auto</c> does with an ONNX file in the place of a package: a folder of forms, and a report.
/// </summary>
internal sealed class GraphSearch(ParseResult parsed, GraphOptions options, FramesOption frames, SearchOptions search)
{
    public async Task<int> RunAsync(string path, CancellationToken token)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var folder = Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(search.Out));
        if (File.Exists(folder) || (Directory.Exists(folder) && !parsed.GetValue(search.Replace)))
        {
            throw new QuantizationException(
                $"'{folder}' is there already. Give another folder as --out, or --replace.");
        }

        var threads = parsed.GetValue(frames.Threads);
        var settings = new SearchSettings
        {
            MinPsnrBetween = parsed.GetValue(options.MinPsnr),
            Method = RangeMethods.Find(parsed.GetRequiredValue(search.Method))!.Value,
            Threads = threads,
        };
        var conversion = new GraphConversion(parsed, options, frames);
        var graph = await conversion.ReadAsync(path);
        using var held = new GraphConversion.Held();
        var chosen = await conversion.ChooseAsync(graph, held, token);
        var calibrated = await conversion.CalibrateAsync(path, graph, chosen, countsValues: true, token);
        using var trial = await Task.Run(() => conversion.OpenTrial(graph, chosen.Judged), token);
        var device = DeviceProfile.Find(parsed.GetRequiredValue(search.For))!;
        var outcomes = new List<RouteOutcome>();
        long bytes = 0;
        foreach (var form in device.Forms)
        {
            var (outcome, file) = await Task.Run(
                () => Find(form, graph, calibrated, trial, settings, error, token), token);
            outcomes.Add(outcome);
            await error.WriteLineAsync(
                $"{form.Precision} for {form.Provider}: "
                + $"{(outcome.IsTaken ? outcome.Reason : $"stays fp32, {outcome.Reason}")}");
            var name = $"{Path.GetFileNameWithoutExtension(path)}.{form.Precision}-{form.Provider}.onnx";
            if (!outcome.IsTaken && File.Exists(Path.Combine(folder, name)))
            {
                // What an earlier run took and this one refuses must not be taken for this one's.
                File.Delete(Path.Combine(folder, name));
            }

            if (outcome.IsTaken)
            {
                var written = file.ToBytes();
                bytes += written.Length;
                WholeFile.Write(Path.Combine(folder, name), stream => stream.Write(written));
                await output.WriteLineAsync($"Wrote {Path.Combine(folder, name)}: {written.Length / 1e6:F2} MB");
            }
        }

        var result = new PackageOutcome
        {
            Package = Path.GetFileName(path),
            PackageSha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path, token))),
            Device = $"{device.Name} ({device.Description})",
            MeasuredOn = string.Create(CultureInfo.InvariantCulture,
                $"{Machine.Current.Describe()}, {(threads > 0 ? threads : Environment.ProcessorCount)} threads, "
                + $"{trial.FrameSize.Width}x{trial.FrameSize.Height}"),
            CalibrationFrames = chosen.Calibrated.Count,
            Settings = settings,
            Routes = [.. outcomes],
            SourceBytes = new FileInfo(path).Length,
            FormBytes = bytes,
        };
        WholeFile.Write(
            Path.Combine(folder + ".report", ReportFolder.JsonName), stream => stream.Write(result.ToJson()));
        ReportFolder.Render(folder + ".report");
        await output.WriteLineAsync(result.Verdict);
        await output.WriteLineAsync(
            $"Report:  {Path.GetFullPath(Path.Combine(folder + ".report", ReportFolder.PageName))}");
        return outcomes.Any(outcome => outcome.IsTaken) ? ExitCode.Done : ExitCode.PartFailed;
    }

    private static (RouteOutcome Outcome, OnnxFile File) Find(
        DeviceForm form, ForeignGraph graph, CalibratedGraph calibrated, ForeignTrial trial, SearchSettings settings,
        TextWriter error,
        CancellationToken token)
    {
        if (form is { Precision: "int8", Provider: "cpu" })
        {
            var search = new RouteSearch(
                graph.File, calibrated, trial, settings, step => error.WriteLine($"int8: {step}"));
            var found = search.Run("", token);
            return (found, search.Form);
        }

        QuantizedGraph? quantized = null;
        if (form.Precision == "int8")
        {
            quantized = QuantizedGraph.Build(
                graph.File, calibrated.Estimate(settings.Method), QuantizationPlan.ForTensorRt, calibrated.Channels);
        }

        var file = quantized?.File ?? HalfGraph.Build(graph.File);
        var costs = trial.Judge(quantized?.Judged ?? file, settings.Threads);
        var reason = PackageSearch.ReasonForFloat(form.Precision, quantized, costs, settings);
        return (
            new RouteOutcome
            {
                File = calibrated.File,
                Key = "",
                Provider = form.Provider,
                Precision = reason is null ? form.Precision : "fp32",
                Reason = reason ?? $"holds; its speed is to be measured on the device ({form.Provider})",
                FloatNodes = [],
                ProtectsFinestSums = true,
                QuantizedCount = quantized?.QuantizedConvolutions.Length ?? 0,
                ConvolutionCount = graph.File.Graph.Nodes.Count(node => node is { OpType: "Conv", Domain: "" }),
                Costs = [.. costs],
                Sensitivity = [],
                Tensors = quantized is null ? [] : TensorFidelities.Of(calibrated, settings.Method),
                Steps = [new SearchStep(
                    $"{form.Precision} for {form.Provider}", null, costs[0].PsnrBetween, reason ?? "holds")],
            },
            file);
    }
}
