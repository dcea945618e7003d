using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Finds every tensor's range inside the graph: three small outputs, however many tensors.</summary>
internal sealed class RangePass : CalibrationPass
{
    private readonly OnnxFile _graph;
    private readonly FrameSession _session;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _faults = new(StringComparer.Ordinal);

    public RangePass(string file, OnnxFile graph, IReadOnlyList<TensorStatistics> tensors, CalibrationSettings settings)
        : base(file, tensors, ThreadsOf(settings))
    {
        _graph = graph;
        _session = new FrameSession(file, TappedGraph.WithRanges(
            graph,
            [.. tensors.Select(tensor => tensor.Name)],
            tensors.Where(tensor => tensor.Channels is not null).Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal)));
    }

    public override void Finish()
    {
        if (_faults.Count > 0)
        {
            throw new CalibrationException(
                $"{_faults.Count} frames make values in '{File}' that are not finite: "
                + $"{string.Join("; ", _faults.Values.Take(5))}{(_faults.Count > 5 ? "; ..." : "")}. Allowed are none: take "
                + "these frames out if they are not real, else train or export the network again.");
        }
    }

    public override void Dispose() => _session.Dispose();

    protected override void Run(CalibrationFrame frame)
    {
        using var pixels = frame.Load();
        using var outputs = _session.Run(
            pixels,
            [TappedGraph.MinsName, TappedGraph.MaxsName, TappedGraph.SizesName, .. ChannelOutputs(), .. NonFiniteOutput()]);
        var mins = outputs[0].GetTensorDataAsSpan<float>();
        var maxs = outputs[1].GetTensorDataAsSpan<float>();
        var sizes = outputs[2].GetTensorDataAsSpan<long>();
        var nonFinite = NonFiniteOutput().Any() ? outputs[^1].GetTensorDataAsSpan<long>()[0] : 0;
        for (var index = 0; index < Tensors.Count && nonFinite == 0; index++)
        {
            nonFinite += float.IsFinite(mins[index]) && float.IsFinite(maxs[index]) ? 0 : 1;
        }

        lock (_gate)
        {
            if (nonFinite > 0)
            {
                _faults[frame.Name] = $"'{frame.Name}' ({frame.Degradation}), first in tensor '{FindFirst(frame)}'";
                return;
            }

            for (var index = 0; index < Tensors.Count; index++)
            {
                Tensors[index].Observe(frame.Sha256, mins[index], maxs[index], sizes[index]);
            }

            ObserveChannels(outputs);
        }
    }

    private void ObserveChannels(IReadOnlyList<OrtValue> outputs)
    {
        var start = 0;
        foreach (var channels in Tensors.Select(tensor => tensor.Channels).OfType<ChannelStatistics>())
        {
            channels.Observe(
                outputs[3].GetTensorDataAsSpan<float>().Slice(start, channels.Count),
                outputs[4].GetTensorDataAsSpan<float>().Slice(start, channels.Count),
                outputs[5].GetTensorDataAsSpan<float>().Slice(start, channels.Count));
            start += channels.Count;
        }
    }

    private IEnumerable<string> ChannelOutputs() => Tensors.Any(tensor => tensor.Channels is not null)
        ? [TappedGraph.ChannelMinsName, TappedGraph.ChannelMaxsName, TappedGraph.ChannelMeansName] : [];

    private IEnumerable<string> NonFiniteOutput() =>
        _graph.Graph.Outputs.Select(output => output.Name).Where(name => name == "nonfinite");

    // One tensor at a time, in the graph's order: slow, and memory stays what one tensor takes.
    private string FindFirst(CalibrationFrame frame)
    {
        using var pixels = frame.Load();
        foreach (var tensor in Tensors)
        {
            using var session = new FrameSession(File, TappedGraph.WithTaps(_graph, [tensor.Name]));
            using var outputs = session.Run(pixels, [tensor.Name]);
            if (!FloatScan.IsFinite(outputs[0].GetTensorDataAsSpan<float>()))
            {
                return tensor.Name;
            }
        }

        return "(after the last one)";
    }
}
