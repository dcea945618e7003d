using System.Collections.Immutable;
using System.Diagnostics;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Search;

/// <summary>Finds the fastest form of one graph that loses no more than is allowed.</summary>
internal sealed class RouteSearch
{
    // Sensitivity ranks groups; the decisions that follow from it are judged on all frames.
    private const int SensitivityFrames = 2;

    // A group that alone changes more than this is looked into: one of its convolutions is often all that hurts.
    private const double HarmfulDecibels = 58;

    private readonly OnnxFile _source;
    private readonly CalibratedGraph _calibrated;
    private readonly IReadOnlyDictionary<string, TensorRange> _ranges;
    private readonly IReadOnlyDictionary<string, ChannelStatistics> _channels;
    private readonly FormTrial _judge;
    private readonly SearchSettings _settings;
    private readonly Action<string> _report;
    private readonly List<SearchStep> _steps = [];
    private readonly Dictionary<string, ImmutableArray<string>> _groups = new(StringComparer.Ordinal);

    public RouteSearch(
        OnnxFile source, CalibratedGraph calibrated, FormTrial judge, SearchSettings settings, Action<string> report)
    {
        _source = source;
        _calibrated = calibrated;
        _ranges = calibrated.Estimate(settings.Method);
        _channels = calibrated.Channels;
        _judge = judge;
        _settings = settings;
        _report = report;
    }

    /// <summary>The form that was found; FP32 itself where nothing else holds.</summary>
    public OnnxFile Form { get; private set; } = null!;

    /// <summary>
    /// (1) 8 bits wherever the profile allows, then without what enters the finest sums; (2) every group alone, to rank
    /// them; (3) while too much is lost, the groups that hurt most go back to floating point, twice as many each time,
    /// then as few as suffice; (4) each of them gets 8 bits again where that is not too much after all; (5) speed
    /// decides between what was found and FP32.
    /// </summary>
    /// <param name="key">What the outcome is kept under.</param>
    /// <param name="token">Ends the search between two trials.</param>
    public RouteOutcome Run(string key, CancellationToken token)
    {
        // 1
        var plan = QuantizationPlan.ForCpu with { ProtectsFinestSums = false };
        var (form, costs) = Try("8 bits in all convolutions but the ends", plan);
        if (FindFault(costs) is not null)
        {
            plan = QuantizationPlan.ForCpu;
            (form, costs) = Try("what enters sums of the finest resolution in floating point", plan);
        }

        var isGood = FindFault(costs) is null;

        // 2, which takes most of the time, only where something has to go back
        var sensitivity = ImmutableArray<GroupSensitivity>.Empty;

        // 3
        if (!isGood)
        {
            sensitivity = Rank(plan, token);
            (plan, form, costs) = StepBack(plan, sensitivity, token);
            isGood = FindFault(costs) is null;
        }

        // 4
        if (isGood && plan.FloatNodes.Count > 0)
        {
            (plan, form, costs) = Retake(plan, form, costs, sensitivity, token);
        }

        // 5
        var outcome = new RouteOutcome
        {
            File = _calibrated.File,
            Key = key,
            Provider = "cpu",
            Precision = "int8",
            Reason = "",
            FloatNodes = [.. plan.FloatNodes.Order(StringComparer.Ordinal)],
            ProtectsFinestSums = plan.ProtectsFinestSums,
            QuantizedCount = form.QuantizedConvolutions.Length,
            ConvolutionCount = form.QuantizedConvolutions.Length + form.FloatConvolutions.Count,
            Costs = [.. costs],
            Sensitivity = sensitivity,
            Tensors = TensorFidelities.Of(_calibrated, _settings.Method),
            Steps = [],
        };
        return Decide(outcome, form, isGood, token) with { Steps = [.. _steps] };
    }

    private RouteOutcome Decide(RouteOutcome outcome, QuantizedGraph form, bool isGood, CancellationToken token)
    {
        Form = _source;
        if (!isGood)
        {
            return ToFloat(outcome, $"8 bits cost too much: {FindFault(outcome.Costs)}");
        }

        if (!form.HasEightBits)
        {
            return ToFloat(outcome, $"no convolution can be in 8 bits ({form.FloatReasons})");
        }

        _report("speed");
        var times = _judge.Time([_source, form.File], _settings, token);
        outcome = outcome with { ReferenceMs = times[0], Ms = times[1] };
        var speedup = times[0] / times[1];
        if (speedup < _settings.MinSpeedup)
        {
            return ToFloat(outcome, $"8 bits do not pay here: {speedup:F2} times FP32's speed");
        }

        Form = form.File;
        return outcome with
        {
            Reason = $"{speedup:F2} times FP32's speed"
                + (outcome.Costs.Max(cost => cost.Drop) is { } drop ? $", at most {drop:F3} dB lost" : ""),
        };
    }

    private RouteOutcome ToFloat(RouteOutcome outcome, string reason)
    {
        _steps.Add(new SearchStep("the whole graph", null, 60, $"stays FP32: {reason}"));
        return outcome with { Precision = "fp32", Reason = reason, QuantizedCount = 0 };
    }

    private ImmutableArray<GroupSensitivity> Rank(QuantizationPlan plan, CancellationToken token)
    {
        var groups = PrecisionGroups.Of(_source.Graph);
        var protectedNodes = QuantizedGraph.Build(_source, _ranges, plan, _channels)
            .FloatConvolutions.Keys.ToHashSet(StringComparer.Ordinal);
        var ranked = new List<GroupSensitivity>();
        var asked = groups.Where(group => group.Nodes.Any(node => !protectedNodes.Contains(node))).ToList();
        var started = Stopwatch.GetTimestamp();
        foreach (var (name, nodes) in asked)
        {
            token.ThrowIfCancellationRequested();
            var rest = ranked.Count == 0 ? "" : ", about " + ProgressLines.Format(
                Stopwatch.GetElapsedTime(started) * ((double)(asked.Count - ranked.Count) / ranked.Count)) + " left";
            _report($"{ranked.Count} of {asked.Count} groups looked at{rest}");
            ranked.Add(Measure(name, nodes, plan));
        }

        foreach (var harmful in ranked.Where(group => group.LeastPsnr < HarmfulDecibels).ToList())
        {
            var whole = _groups[harmful.Name];
            var parts = PrecisionGroups.Of(_source.Graph, isFine: true)
                .Where(part => part.Nodes.All(whole.Contains) && part.Nodes.Any(node => !protectedNodes.Contains(node)))
                .ToList();
            if (parts.Count > 1)
            {
                ranked.Remove(harmful);
                foreach (var (name, nodes) in parts)
                {
                    token.ThrowIfCancellationRequested();
                    ranked.Add(Measure(name, nodes, plan));
                }
            }
        }

        return [.. ranked.OrderBy(group => group.LeastPsnr).ThenBy(group => group.Name, StringComparer.Ordinal)];
    }

    private GroupSensitivity Measure(string name, ImmutableArray<string> nodes, QuantizationPlan plan)
    {
        _report($"sensitivity of {name}");
        _groups[name] = nodes;
        var others = PrecisionGroups.Of(_source.Graph).SelectMany(group => group.Nodes).Except(nodes);
        var alone = QuantizedGraph.Build(_source, _ranges, plan.WithOnlyFloat(others), _channels);
        var costs = _judge.Judge(alone.Judged, _settings.Threads, SensitivityFrames);
        return new GroupSensitivity(name, nodes.Length, costs.ToImmutableSortedDictionary(
            cost => cost.Degradation, cost => cost.PsnrBetween, StringComparer.Ordinal));
    }

    private (QuantizationPlan Plan, QuantizedGraph Form, IReadOnlyList<DegradationCost> Costs) StepBack(
        QuantizationPlan plan, ImmutableArray<GroupSensitivity> ranked, CancellationToken token)
    {
        var (tooFew, enough) = (0, 1);
        (QuantizationPlan Plan, QuantizedGraph Form, IReadOnlyList<DegradationCost> Costs) best;
        while (true)
        {
            token.ThrowIfCancellationRequested();
            enough = Math.Min(enough, ranked.Length - 1);
            best = TryFirst(plan, ranked, enough);
            if (FindFault(best.Costs) is null || enough == ranked.Length - 1)
            {
                break;
            }

            (tooFew, enough) = (enough, enough * 2);
        }

        while (FindFault(best.Costs) is null && enough - tooFew > 1)
        {
            token.ThrowIfCancellationRequested();
            var middle = (tooFew + enough) / 2;
            var trial = TryFirst(plan, ranked, middle);
            if (FindFault(trial.Costs) is null)
            {
                (best, enough) = (trial, middle);
            }
            else
            {
                tooFew = middle;
            }
        }

        return best;
    }

    private (QuantizationPlan Plan, QuantizedGraph Form, IReadOnlyList<DegradationCost> Costs) TryFirst(
        QuantizationPlan plan, ImmutableArray<GroupSensitivity> ranked, int count)
    {
        var floated = plan.WithOnlyFloat(NodesOf(ranked.Take(count).Select(group => group.Name)));
        var (form, costs) = Try($"the {count} groups that hurt most in floating point", floated);
        return (floated, form, costs);
    }

    private (QuantizationPlan Plan, QuantizedGraph Form, IReadOnlyList<DegradationCost> Costs) Retake(
        QuantizationPlan plan, QuantizedGraph form, IReadOnlyList<DegradationCost> costs,
        ImmutableArray<GroupSensitivity> ranked, CancellationToken token)
    {
        var best = (Plan: plan, Form: form, Costs: costs);

        // From the one that hurts least: most can be had back there.
        foreach (var group in ranked.Reverse())
        {
            token.ThrowIfCancellationRequested();
            var nodes = NodesOf([group.Name]).ToHashSet(StringComparer.Ordinal);
            if (!nodes.Any(best.Plan.FloatNodes.Contains))
            {
                continue;
            }

            var retaken = best.Plan with { FloatNodes = best.Plan.FloatNodes.Except(nodes) };
            var (trial, trialCosts) = Try($"{group.Name} in 8 bits again", retaken);
            if (FindFault(trialCosts) is null)
            {
                best = (retaken, trial, trialCosts);
            }
        }

        return best;
    }

    private IEnumerable<string> NodesOf(IEnumerable<string> groups) => groups.SelectMany(group => _groups[group]);

    private (QuantizedGraph Form, IReadOnlyList<DegradationCost> Costs) Try(string what, QuantizationPlan plan)
    {
        _report(what);
        var form = QuantizedGraph.Build(_source, _ranges, plan, _channels);
        var costs = _judge.Judge(form.Judged, _settings.Threads);
        _steps.Add(new SearchStep(
            what, costs.Max(cost => cost.Drop), costs.Min(cost => cost.PsnrBetween), FindFault(costs) ?? "holds"));
        return (form, costs);
    }

    private string? FindFault(IEnumerable<DegradationCost> costs) => costs
        .Select(cost => cost.FindFault(_settings) is { } fault ? $"{cost.Degradation}: {fault}" : null)
        .FirstOrDefault(fault => fault is not null);
}
