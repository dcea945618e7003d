using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Conversion;
using EdgeRestore.Quantization.Planning;
using EdgeRestore.Quantization.Precision;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Search;

/// <summary>
/// Searches the forms of every calibrated graph of a package, one after another; what is done is kept.
/// </summary>
internal sealed class PackageSearch
{
    private readonly ModelPackage _package;
    private readonly CalibrationFile _calibration;
    private readonly IReadOnlyList<JudgedFrame> _judged;
    private readonly SearchSettings _settings;
    private readonly string? _stateFolder;
    private readonly string _identity;

    /// <param name="package">In FP32.</param>
    /// <param name="calibration">Of this package.</param>
    /// <param name="judged">Frames that nothing was calibrated with.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="stateFolder">Where outcomes are kept, so that an interrupted search goes on; null for
    /// nowhere.</param>
    /// <exception cref="EdgeRestoreException">The calibration is another package's, or the package is converted
    /// already.</exception>
    public PackageSearch(
        ModelPackage package, CalibrationFile calibration, IReadOnlyList<JudgedFrame> judged, SearchSettings settings,
        string? stateFolder)
    {
        RequireSource(package);
        calibration.Require(package);
        _package = package;
        _calibration = calibration;
        _judged = judged;
        _settings = settings;
        _stateFolder = stateFolder;

        // What an outcome depends on: the frames that were calibrated with and judged on, and the limits.
        var frames = string.Join(',', calibration.Frames.Select(frame => frame.Sha256));
        var judgedNames = string.Join(',', judged.Select(frame => $"{frame.Route}/{frame.Degradation}/{frame.Name}"));
        _identity = $"{package.Sha256} {frames} {judgedNames} {settings}";
    }

    /// <summary>
    /// Refuses packages whose own graphs were converted, and those whose networks take more than a frame; forms beside
    /// FP32 graphs are made anew.
    /// </summary>
    public static void RequireSource(ModelPackage package)
    {
        PackageConversion.RequireFrames(package);
        var converted = package.Manifest.Routes.FirstOrDefault(route => route.Precision != "fp32");
        if (converted is not null)
        {
            throw new QuantizationException(
                $"Package '{package.Directory}' is quantised already: found {converted.File} in {converted.Precision}, "
                + "allowed is a package with all routes in fp32. Take the package that it was made from.");
        }
    }

    /// <summary>All forms of a device, in the order of graphs and of the device's preferences.</summary>
    public IReadOnlyList<RouteForm> Run(DeviceProfile device, Action<string> report, CancellationToken token)
    {
        var forms = new List<RouteForm>();
        foreach (var graph in _calibration.Graphs)
        {
            token.ThrowIfCancellationRequested();
            var source = OnnxFile.Read(_package.GetPath(graph.File));
            var frames = JudgedFrame.Of(_judged, _package.Manifest, graph.File);
            if (frames.Count == 0)
            {
                throw new CalibrationException(
                    $"'{graph.File}' cannot be judged: all its frames were calibrated with. Give 4 clean photographs "
                    + "or more, or 8 frames of its degradation or more: a quarter is kept for judging.");
            }

            using var judge = new RouteJudge(source, frames, _settings.Threads);
            foreach (var form in device.Forms)
            {
                var key = KeyOf(graph.File, form);
                var found = Recall(key, graph, source, form)
                    ?? Search(
                        key, graph, source, form, judge, step => report($"{graph.File}, {form.Precision}: {step}"),
                        token);
                forms.Add(found);
                report($"{graph.File}, {form.Precision} for {form.Provider}: "
                    + (found.Outcome.IsTaken ? found.Outcome.Reason : $"stays fp32, {found.Outcome.Reason}"));
            }
        }

        return forms;
    }

    private RouteForm Search(
        string key, CalibratedGraph graph, OnnxFile source, DeviceForm form, RouteJudge judge, Action<string> report,
        CancellationToken token)
    {
        RouteOutcome outcome;
        if (form is { Precision: "int8", Provider: "cpu" })
        {
            outcome = new RouteSearch(source, graph, judge, _settings, report).Run(key, token);
        }
        else
        {
            var (_, judgedGraph, quantized) = Build(source, graph, form, [], protectsFinestSums: true);
            outcome = JudgeOnly(
                key, graph, form, judge.Judge(judgedGraph, _settings.Threads), quantized,
                source.Graph.Nodes.Count(node => node.OpType == "Conv"));
        }

        Keep(key, outcome);
        return ToForm(outcome, graph, source, form);
    }

    private RouteOutcome JudgeOnly(
        string key, CalibratedGraph graph, DeviceForm form, IReadOnlyList<DegradationCost> costs,
        QuantizedGraph? quantized, int total)
    {
        var reason = ReasonForFloat(form.Precision, quantized, costs, _settings);
        return new RouteOutcome
        {
            File = graph.File,
            Key = key,
            Precision = reason is null ? form.Precision : "fp32",
            Provider = form.Provider,
            Reason = reason ?? $"holds; its speed is to be measured on the device ({form.Provider})",
            FloatNodes = [],
            ProtectsFinestSums = true,
            QuantizedCount = quantized?.QuantizedConvolutions.Length ?? 0,
            ConvolutionCount = total,
            Costs = [.. costs],
            Sensitivity = [],
            Tensors = form.Precision == "int8" ? TensorFidelities.Of(graph, _settings.Method) : [],
            Steps = [new SearchStep(
                $"{form.Precision} for {form.Provider}", costs.Max(cost => cost.Drop),
                costs.Min(cost => cost.PsnrBetween),
                reason ?? "holds")],
        };
    }

    /// <summary>Why a form that is not timed here is not taken; null where it is.</summary>
    public static string? ReasonForFloat(
        string precision, QuantizedGraph? quantized, IEnumerable<DegradationCost> costs, SearchSettings settings) =>
        quantized is { HasEightBits: false } ? $"no convolution can be in 8 bits ({quantized.FloatReasons})"
        : costs.Select(cost => cost.FindFault(settings)).FirstOrDefault(found => found is not null) is { } fault
            ? $"{precision} costs too much: {fault}"
        : null;

    private RouteForm ToForm(RouteOutcome outcome, CalibratedGraph graph, OnnxFile source, DeviceForm form)
    {
        if (!outcome.IsTaken)
        {
            return new RouteForm(outcome, source, source);
        }

        var (written, judged, _) = Build(source, graph, form, outcome.FloatNodes, outcome.ProtectsFinestSums);
        return new RouteForm(outcome, written, judged);
    }

    private (OnnxFile Written, OnnxFile Judged, QuantizedGraph? Quantized) Build(
        OnnxFile source, CalibratedGraph graph, DeviceForm form, ImmutableArray<string> floatNodes,
        bool protectsFinestSums)
    {
        if (form.Precision == "fp16")
        {
            var half = HalfGraph.Build(source, keepsWeights: true);
            return (half, half, null);
        }

        var plan = form.Provider == "cpu" ? QuantizationPlan.ForCpu : QuantizationPlan.ForTensorRt;
        plan = plan with { ProtectsFinestSums = protectsFinestSums };
        var built = QuantizedGraph.Build(
            source, graph.Estimate(_settings.Method), plan.WithFloat(floatNodes), graph.Channels);
        return (built.File, built.Judged, built);
    }

    private string KeyOf(string file, DeviceForm form) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{_identity} {file} {form.Precision} {form.Provider}")));

    private string? PathOf(string key) => _stateFolder is null ? null : Path.Combine(_stateFolder, $"{key[..16]}.json");

    private void Keep(string key, RouteOutcome outcome)
    {
        if (PathOf(key) is { } path)
        {
            WholeFile.Write(path, stream =>
                JsonSerializer.Serialize(stream, outcome, OutcomeJsonContext.Default.RouteOutcome));
        }
    }

    private RouteForm? Recall(string key, CalibratedGraph graph, OnnxFile source, DeviceForm form)
    {
        if (PathOf(key) is not { } path || !File.Exists(path))
        {
            return null;
        }

        try
        {
            var outcome = JsonSerializer.Deserialize(File.ReadAllBytes(path), OutcomeJsonContext.Default.RouteOutcome);
            return outcome?.Key == key ? ToForm(outcome, graph, source, form) : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            // Damaged: searching again costs time and gives the same.
            return null;
        }
    }
}
